class_name ArcTower
extends Tower
## Lightning tower whose bolt jumps from creep to creep and loses power on the way.

@export_range(0, 10) var jumps := 3
@export var jump_range := 90.0
@export_range(0.1, 1.0, 0.05) var damage_kept := 0.7
@export var bolt_color := Color(0.7, 0.85, 1.0)


# Hits every creep of the chain with ever less power and draws the bolt through all of them.
func _attack(creep: Creep) -> void:
	var chain := build_chain(creep)
	var power := stats.damage
	var points := PackedVector2Array([global_position])
	for link in chain:
		deal(link, power)
		points.append(link.global_position)
		power *= damage_kept
	_flash(points)


## Creeps the bolt passes through, starting at `first`: always the nearest one not hit yet within
## `jump_range`, until `jumps` is used up or nobody is close enough.
func build_chain(first: Creep) -> Array[Creep]:
	var chain: Array[Creep] = [first]
	while chain.size() <= jumps:
		var from: Creep = chain.back()
		var nearest: Creep = null
		var nearest_distance := jump_range
		for node in get_tree().get_nodes_in_group(&"creeps"):
			var creep := node as Creep
			if creep == null or creep in chain:
				continue
			var distance := from.global_position.distance_to(creep.global_position)
			if distance < nearest_distance:
				nearest_distance = distance
				nearest = creep
		if nearest == null:
			break
		chain.append(nearest)
	return chain


## Breaks the straight segments between `points` into jagged ones by midpoint displacement.
static func jagged(points: PackedVector2Array, roughness: float, detail: int) -> PackedVector2Array:
	var current := points
	for pass_index in detail:
		var finer := PackedVector2Array()
		var amplitude := roughness / pow(2.0, pass_index)
		for i in current.size() - 1:
			var middle := (current[i] + current[i + 1]) * 0.5
			var normal := (current[i + 1] - current[i]).orthogonal().normalized()
			finer.append(current[i])
			finer.append(middle + normal * randf_range(-amplitude, amplitude))
		finer.append(current[-1])
		current = finer
	return current


# Draws the bolt as a jagged line that gets thinner and disappears.
func _flash(points: PackedVector2Array) -> void:
	var line := Line2D.new()
	line.top_level = true
	line.width = 3.0
	line.default_color = bolt_color
	line.points = jagged(points, 14.0, 3)
	add_child(line)
	var tween := line.create_tween()
	tween.tween_property(line, ^"width", 0.0, 0.18)
	tween.tween_callback(line.queue_free)
