extends Node
## Dice notation such as `3d6+2`, `2d20kh1` (keep highest) or `4d6dl1` (drop lowest).

signal rolled(notation: String, result: Roll)

var rng := RandomNumberGenerator.new()

var _pattern := RegEx.create_from_string("^(\\d*)d(\\d+)(?:(kh|kl|dh|dl)(\\d+))?([+-]\\d+)?$")


class Roll:
	var kept: PackedInt32Array = []
	var dropped: PackedInt32Array = []
	var bonus := 0

	func total() -> int:
		var sum := bonus
		for die in kept:
			sum += die
		return sum

	func _to_string() -> String:
		var text := "%s%+d = %d" % [kept, bonus, total()]
		return text if dropped.is_empty() else "%s (dropped %s)" % [text, dropped]


## Rolls `notation` and announces the result. Null if the notation is not valid.
func roll(notation: String) -> Roll:
	var hit := _pattern.search(notation.strip_edges().to_lower())
	if hit == null:
		return null
	var count := 1 if hit.get_string(1).is_empty() else hit.get_string(1).to_int()
	var dice := PackedInt32Array()
	for _i in count:
		dice.append(rng.randi_range(1, hit.get_string(2).to_int()))
	dice.sort()
	var result := Roll.new()
	var keep_from := 0
	var keep_to := count
	var number := hit.get_string(4).to_int()
	match hit.get_string(3):
		"kh":
			keep_from = maxi(0, count - number)
		"kl":
			keep_to = mini(count, number)
		"dh":
			keep_to = maxi(0, count - number)
		"dl":
			keep_from = mini(count, number)
	for i in count:
		if i >= keep_from and i < keep_to:
			result.kept.append(dice[i])
		else:
			result.dropped.append(dice[i])
	result.bonus = hit.get_string(5).to_int()
	rolled.emit(notation, result)
	return result


## Exact probability that the sum of `count` dice with `sides` sides reaches at least `target`.
## Builds the distribution one die at a time.
static func chance_at_least(count: int, sides: int, target: int) -> float:
	var ways := PackedFloat64Array([1.0])
	for _die in count:
		var next := PackedFloat64Array()
		next.resize(ways.size() + sides)
		for sum in ways.size():
			for face in range(1, sides + 1):
				next[sum + face] += ways[sum] / sides
		ways = next
	var chance := 0.0
	for sum in range(maxi(0, target), ways.size()):
		chance += ways[sum]
	return chance
