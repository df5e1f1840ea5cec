meta =
{
    id = "BastionDefense",
    name = "BastionDefense",
    title = "Bastion Defense Network",
    type = "mod",
    description = "Stations that defend themselves: alert levels, pickets, shield relays and sieges worth the name.",
    authors = {"graft samples"},
    version = "3.0.1",

    dependencies = {
        {id = "Avorion", min = "2.0", max = "2.*"},
        {id = "DiplomacyPlus", min = "1.0", optional = true},
    },

    serverSideOnly = false,
    clientSideOnly = false,
    saveGameAltering = true,
    contact = "",
}
