meta =
{
    id = "OutlawBounties",
    name = "OutlawBounties",
    title = "Outlaws & Bounties",
    type = "mod",
    description = "Named pirate captains roam the galaxy, bounty offices pay for their heads.",
    authors = {"graft samples"},
    version = "2.1.3",

    dependencies = {
        {id = "Avorion", min = "2.0", max = "2.*"},
        -- both mods replace the pirate boss in hideouts
        {id = "PirateKings", incompatible = true},
    },

    serverSideOnly = false,
    clientSideOnly = false,
    saveGameAltering = true,
    contact = "",
}
