meta =
{
    id = "DeepSurvey",
    name = "DeepSurvey",
    title = "Deep Survey",
    type = "mod",

    description = [[
Probes, scanners and survey contracts for explorers. Chart the ore content of a
region, mark it on the galaxy map and sell what you know.]],

    authors = {"graft samples"},
    version = "0.9.2",
    dependencies = {
        {id = "Avorion", min = "2.1"},
    },
    serverSideOnly = false,
    clientSideOnly = false,
    saveGameAltering = true,
    contact = "",
}
