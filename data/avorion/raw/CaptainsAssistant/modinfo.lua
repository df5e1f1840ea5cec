meta =
{
    id = "CaptainsAssistant",
    name = "CaptainsAssistant",
    title = "Captain's Assistant",
    type = "mod",
    description = "Small helpers: fleet overview, inventory cleanup, docking assistance, trip computer, welcome mail.",
    authors = {"graft samples"},
    version = "1.12.0",

    dependencies = {
        {id = "Avorion", min = "2.0", max = "2.*"},
    },

    serverSideOnly = false,
    clientSideOnly = false,

    -- only values and player scripts that remove themselves, nothing that would break a save
    saveGameAltering = false,
    contact = "",
}
