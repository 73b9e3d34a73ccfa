"""veocontracts: the contract suite that judges any gateway which sells Veo video."""
