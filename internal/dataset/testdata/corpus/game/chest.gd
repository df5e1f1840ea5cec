extends Node2D

var items: Array[String] = []
var gold := 0


# var old = items.size()
# items.clear()
func take_all(into: Array[String]) -> int:
	for item in items:
		into.append(item)
	var amount := gold
	items.clear()
	gold = 0
	return amount


## Number of things inside, where a pile of gold counts as one.
func count() -> int:
	return items.size() + (1 if gold > 0 else 0)


func fill(rng: RandomNumberGenerator) -> void:
	gold = rng.randi_range(1, 20)
	# items.append("torch")
	# items.append("rope")
	items.append("key")
