"""Many faces at once, as pictures to select and decide on."""
