"""What a scenario will do, before it is played: a rehearsal without sockets, its data, its notes, its picture."""
