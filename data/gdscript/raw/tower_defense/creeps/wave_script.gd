class_name WaveScript
extends Resource
## A wave written as compact text, so designers can tune pacing without touching scenes.
##
## Every line is `count x name @interval +delay`, for example `12 x runner @0.5 +3`.
## Interval and delay are optional; lines starting with `;` are comments.

@export_multiline var source := ""


class Group:
	var creep: StringName
	var count := 1
	var interval := 1.0
	var delay := 0.0

	func duration() -> float:
		return delay + interval * maxi(0, count - 1)


## Parses the text into groups in playing order. Lines that make no sense are reported with their
## number and skipped.
func parse() -> Array[Group]:
	var pattern := RegEx.create_from_string(
		"^(\\d+)\\s*x\\s*(\\w+)(?:\\s*@([\\d.]+))?(?:\\s*\\+([\\d.]+))?$"
	)
	var out: Array[Group] = []
	var lines := source.split("\n")
	for number in lines.size():
		var line := lines[number].strip_edges()
		if line.is_empty() or line.begins_with(";"):
			continue
		var hit := pattern.search(line)
		if hit == null:
			push_warning("Wave line %d is not understood: '%s'" % [number + 1, line])
			continue
		var group := Group.new()
		group.count = hit.get_string(1).to_int()
		group.creep = hit.get_string(2)
		if not hit.get_string(3).is_empty():
			group.interval = hit.get_string(3).to_float()
		group.delay = hit.get_string(4).to_float()
		out.append(group)
	return out


## Seconds from the first to the last spawn of the wave when groups run one after the other.
func total_seconds() -> float:
	var total := 0.0
	for group in parse():
		total += group.duration()
	return total


## Number of creeps per name, for the preview icons above the entrance.
func headcount() -> Dictionary[StringName, int]:
	var out: Dictionary[StringName, int] = {}
	for group in parse():
		out[group.creep] = out.get(group.creep, 0) + group.count
	return out
