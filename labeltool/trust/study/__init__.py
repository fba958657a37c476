"""How good acceptances with a guarantee are: closed forms and simulations to compare them with."""
