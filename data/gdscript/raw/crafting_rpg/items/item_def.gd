class_name ItemDef
extends Resource
## Immutable description of an item kind. Amounts and durability live in `ItemStack`.

enum Rarity { COMMON, UNCOMMON, RARE, EPIC, LEGENDARY }

const RARITY_COLORS: Array[Color] = [
	Color.WHITE, Color.PALE_GREEN, Color.DODGER_BLUE, Color.MEDIUM_PURPLE, Color.ORANGE
]

@export var id: StringName
@export var display_name := ""
@export_multiline var description := ""
@export var icon: Texture2D
@export var rarity: Rarity = Rarity.COMMON
@export var tags: Array[StringName] = []
@export_range(1, 999) var max_stack := 99
@export var base_price := 10
## 0 means the item never wears out.
@export var max_durability := 0
@export_enum("none", "head", "body", "hands", "feet", "trinket") var equip_slot := "none"
@export var stat_bonuses: Dictionary[StringName, float] = {}
@export var use_effect: StatusEffect


func has_tag(tag: StringName) -> bool:
	return tag in tags


func is_equipment() -> bool:
	return equip_slot != "none"


## Price a merchant pays or asks. Rarity multiplies the base price and worn tools lose value.
func price(durability: int, merchant_markup: float = 1.0) -> int:
	var value := base_price * pow(2.5, rarity)
	if max_durability > 0:
		value *= lerpf(0.2, 1.0, float(durability) / max_durability)
	return maxi(1, roundi(value * merchant_markup))


## Rich text for tooltips: coloured name, description, and one line per stat bonus.
func to_bbcode() -> String:
	var color := RARITY_COLORS[rarity].to_html(false)
	var lines := PackedStringArray(["[color=#%s][b]%s[/b][/color]" % [color, display_name]])
	if not description.is_empty():
		lines.append("[i]%s[/i]" % description)
	for stat: StringName in stat_bonuses:
		var bonus := stat_bonuses[stat]
		var sign_color := "green" if bonus >= 0.0 else "red"
		lines.append("[color=%s]%+.0f %s[/color]" % [sign_color, bonus, stat.capitalize()])
	return "\n".join(lines)
