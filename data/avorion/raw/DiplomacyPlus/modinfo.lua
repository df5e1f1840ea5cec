meta =
{
    id = "DiplomacyPlus",
    name = "DiplomacyPlus",
    title = "Diplomacy Plus",
    type = "mod",

    -- shown in the workshop and in the mod list
    description = "Embassies, treaties, embargoes and border patrols. Factions remember what you promised.",
    authors = {"graft samples"},
    version = "1.0.7",

    dependencies = {
        {id = "Avorion", min = "2.2", max = "2.*"},
    },

    serverSideOnly = false,
    clientSideOnly = false,
    saveGameAltering = true,
    contact = "",
}
