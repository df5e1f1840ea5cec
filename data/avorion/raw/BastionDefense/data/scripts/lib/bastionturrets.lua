package.path = package.path .. ";data/scripts/lib/?.lua"
include("galaxy")
include("randomext")
include("weapontype")
local TurretGenerator = include("turretgenerator")
local SectorTurretGenerator = include("sectorturretgenerator")

local BastionTurrets = {}

-- weapon types for the different jobs of a defense platform
local roles =
{
    antiFighter = {WeaponType.AntiFighter, WeaponType.PointDefenseChainGun, WeaponType.PointDefenseLaser},
    brawler = {WeaponType.ChainGun, WeaponType.Bolter, WeaponType.PlasmaGun, WeaponType.PulseCannon},
    artillery = {WeaponType.Cannon, WeaponType.RocketLauncher, WeaponType.RailGun},
    support = {WeaponType.RepairBeam},
}

-- Generates a turret for a role at the tech level of the given sector.
-- The weapon type is drawn evenly from the role's list; an unknown role counts as "brawler".
-- rarity is optional and defaults to uncommon. The turret always runs on automatic and its crew is
-- removed, since platforms are unmanned.
function BastionTurrets.generate(x, y, role, rarity, rand)
    rand = rand or random()
    local weapons = roles[role] or roles.brawler
    local weaponType = weapons[rand:getInt(1, #weapons)]

    local dps, tech = Balancing_GetSectorWeaponDPS(x, y)
    local material = Material(getValueFromDistribution(Balancing_GetTechnologyMaterialProbability(x, y), rand))
    rarity = rarity or Rarity(RarityType.Uncommon)

    local turret = TurretGenerator.generateTurret(rand, weaponType, dps, tech, material, rarity)
    turret.automatic = true
    turret.crew = Crew()
    return turret
end

-- Makes the weapons of a turret reach at least `distance` meters. Damage is lowered by the square
-- root of the stretch so that long range batteries don't outclass everything else.
-- Returns the factor by which the range grew, 1 if it was long enough already.
function BastionTurrets.stretchRange(turret, distance)
    local current = turret.reach * 10
    if current <= 0 or current >= distance then return 1 end

    local factor = distance / current
    local weapons = {turret:getWeapons()}
    turret:clearWeapons()

    for _, weapon in pairs(weapons) do
        weapon.reach = weapon.reach * factor
        if weapon.isBeam then
            weapon.blength = weapon.reach
        else
            weapon.pmaximumTime = weapon.reach / weapon.pvelocity
        end
        weapon.damage = weapon.damage / math.sqrt(factor)
        turret:addWeapon(weapon)
    end
    return factor
end

-- Mounts turrets on a station according to a layout like {brawler = 4, artillery = 2}. Stations
-- that already have as many turrets as the layout asks for stay as they are; otherwise the missing
-- ones are filled up role by role in alphabetical order. Returns the number of added turrets.
function BastionTurrets.equip(station, layout)
    local wanted, names = 0, {}
    for role, count in pairs(layout) do
        wanted = wanted + count
        names[#names + 1] = role
    end
    table.sort(names)

    local missing = wanted - station.numTurrets
    local x, y = Sector():getCoordinates()
    local added = 0

    for _, role in ipairs(names) do
        local turret = nil
        for i = 1, layout[role] do
            if added >= missing then return added end
            turret = turret or BastionTurrets.generate(x, y, role)
            if not station:addTurret(turret) then break end
            added = added + 1
        end
    end
    return added
end

-- An inventory turret as a present for allies: exceptional in one of five cases, rare otherwise,
-- of any type that is usual in the sector.
function BastionTurrets.makeGift(x, y)
    local rarity = RarityType.Rare
    if random():test(0.2) then rarity = RarityType.Exceptional end
    return InventoryTurret(SectorTurretGenerator():generate(x, y, -10, Rarity(rarity)))
end

return BastionTurrets
