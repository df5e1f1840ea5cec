meta =
{
    id = "XenoIncursion",
    name = "XenoIncursion",
    title = "Xeno Incursion",
    type = "mod",
    description = "The Xsotan open breaches that spread from sector to sector until somebody closes them.",
    authors = {"graft samples"},
    version = "0.4.5",

    dependencies = {
        {id = "Avorion", min = "2.3"},
        {id = "CaptainsAssistant", min = "1.10", optional = true},
    },

    -- no client files, the chat is enough
    serverSideOnly = true,
    clientSideOnly = false,
    saveGameAltering = true,
    contact = "",
}
