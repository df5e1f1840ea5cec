meta =
{
    -- unique on the workshop, used by other mods in their dependency lists
    id = "FreightLedger",
    name = "FreightLedger",
    title = "Freight Ledger",
    type = "mod",

    description = [[Keeps a book of everything you buy and sell, lets stations broker bulk cargo contracts,
and makes prices react to what has recently been hauled through a sector.]],

    authors = {"graft samples"},
    version = "1.4.0",

    dependencies = {
        {id = "Avorion", min = "2.0", max = "2.*"},
        {id = "CaptainsAssistant", min = "1.0", optional = true},
    },

    -- the journal has a window, so clients need the files as well
    serverSideOnly = false,
    clientSideOnly = false,

    -- broker scripts are saved with their stations
    saveGameAltering = true,
    contact = "",
}
