class_name CsvTable
extends Resource
## Typed table imported from a CSV file. The first column is the key of every row.

@export var columns: PackedStringArray = []
@export var rows: Dictionary[String, Dictionary] = {}


func has_row(key: String) -> bool:
	return rows.has(key)


## Cell of row `key` in `column`, or `fallback` if either is missing.
func cell(key: String, column: String, fallback: Variant = null) -> Variant:
	if not rows.has(key):
		return fallback
	return rows[key].get(column, fallback)


## Keys of all rows for which `condition`, called with the row dictionary, returns true.
func select(condition: Callable) -> PackedStringArray:
	var out := PackedStringArray()
	for key: String in rows:
		if condition.call(rows[key]):
			out.append(key)
	return out


## Groups row keys by their value in `column`.
func group_by(column: String) -> Dictionary[Variant, PackedStringArray]:
	var out: Dictionary[Variant, PackedStringArray] = {}
	for key: String in rows:
		var value: Variant = rows[key].get(column)
		var group: PackedStringArray = out.get(value, PackedStringArray())
		group.append(key)
		out[value] = group
	return out


## Copies the values of row `key` into the properties of `target` that have the same name.
## Returns how many properties were set.
func apply_to(key: String, target: Object) -> int:
	var count := 0
	for column in columns:
		if column in target and rows.has(key):
			target.set(column, rows[key][column])
			count += 1
	return count
