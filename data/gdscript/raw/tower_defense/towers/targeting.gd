class_name Targeting
extends RefCounted
## Target selection rules, kept free of state so that any tower can switch between them.

enum Rule { FIRST, LAST, NEAREST, STRONGEST, WEAKEST, CLUSTER }


## Chooses a creep out of `candidates` for a tower at `from` according to `rule`.
## Returns null for an empty list.
static func choose(
	candidates: Array[Creep], rule: Rule, from: Vector2, splash: float = 0.0
) -> Creep:
	if candidates.is_empty():
		return null
	match rule:
		Rule.FIRST:
			return _best(candidates, func(creep: Creep) -> float: return -creep.distance_left())
		Rule.LAST:
			return _best(candidates, func(creep: Creep) -> float: return creep.distance_left())
		Rule.NEAREST:
			return _best(
				candidates,
				func(creep: Creep) -> float: return -from.distance_squared_to(creep.global_position)
			)
		Rule.STRONGEST:
			return _best(candidates, func(creep: Creep) -> float: return creep.hit_points)
		Rule.WEAKEST:
			return _best(candidates, func(creep: Creep) -> float: return -creep.hit_points)
		_:
			return densest(candidates, splash)


## Creep with the most others inside `radius`, i.e. the best place for a splash shot.
static func densest(candidates: Array[Creep], radius: float) -> Creep:
	var best: Creep = null
	var best_count := -1
	for center in candidates:
		var count := 0
		for other in candidates:
			if center.global_position.distance_to(other.global_position) <= radius:
				count += 1
		if count > best_count:
			best_count = count
			best = center
	return best


## Only the creeps a tower with these stats is able to shoot at.
static func filter_shootable(creeps: Array[Creep], stats: TowerStats) -> Array[Creep]:
	return creeps.filter(
		func(creep: Creep) -> bool:
			return stats.can_hit_air if creep.flying else stats.can_hit_ground
	)


static func rule_name(rule: Rule) -> String:
	return Rule.find_key(rule).capitalize()


# Creep with the highest value of `score`; the first one wins a tie.
static func _best(candidates: Array[Creep], score: Callable) -> Creep:
	var winner := candidates[0]
	var winner_score: float = score.call(winner)
	for creep in candidates.slice(1):
		var value: float = score.call(creep)
		if value > winner_score:
			winner = creep
			winner_score = value
	return winner
