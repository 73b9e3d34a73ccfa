"""What a scenario will do, before it is played: a rehearsal without sockets (rehearsal), its data, its notes, its picture."""
