class_name Villager
extends CharacterBody2D
## Townsperson with a daily schedule, gift preferences and friendship.

signal friendship_changed(hearts: int)

enum Taste { HATE, DISLIKE, NEUTRAL, LIKE, LOVE }

const POINTS_PER_HEART := 250
const MAX_HEARTS := 10
const GIFT_POINTS: Dictionary[Taste, int] = {
	Taste.HATE: -80, Taste.DISLIKE: -40, Taste.NEUTRAL: 20, Taste.LIKE: 45, Taste.LOVE: 80
}

@export var villager_name: StringName
@export var walk_speed := 60.0
## Hour of the day -> name of a Marker2D in the `places` group.
@export var schedule: Dictionary[int, StringName] = {
	7: &"home", 9: &"shop", 18: &"tavern", 22: &"home"
}
@export var loved_tags: Array[StringName] = []
@export var hated_tags: Array[StringName] = []
@export_range(1, 112) var birthday := 1

var points := 0
var gifted_today := false

@onready var _agent: NavigationAgent2D = $NavigationAgent2D
@onready var _animation: AnimationPlayer = $AnimationPlayer


func _ready() -> void:
	add_to_group(SaveGame.GROUP)
	WorldClock.hour_passed.connect(_on_hour_passed)
	WorldClock.day_started.connect(func(_day: int) -> void: gifted_today = false)
	# The navigation map is empty during the first physics frame.
	_start_schedule.call_deferred()


func _physics_process(_delta: float) -> void:
	if _agent.is_navigation_finished():
		_animation.play(&"idle")
		return
	velocity = global_position.direction_to(_agent.get_next_path_position()) * walk_speed
	move_and_slide()
	_animation.play(&"walk_side" if absf(velocity.x) > absf(velocity.y) else &"walk_vertical")


func hearts() -> int:
	return clampi(points / POINTS_PER_HEART, 0, MAX_HEARTS)


## Accepts one gift per day and changes the friendship by the villager's taste.
## Birthdays count eightfold. Returns the taste so the caller can pick a line of dialogue.
func give(item: ItemDef) -> Taste:
	var taste := taste_of(item)
	if gifted_today:
		return Taste.NEUTRAL
	gifted_today = true
	var before := hearts()
	var factor := 8 if is_birthday() else 1
	points = maxi(0, points + GIFT_POINTS[taste] * factor)
	if hearts() != before:
		friendship_changed.emit(hearts())
	return taste


## Strong opinions come from tags; otherwise rarity decides between like and neutral.
func taste_of(item: ItemDef) -> Taste:
	if loved_tags.any(item.has_tag):
		return Taste.LOVE
	if hated_tags.any(item.has_tag):
		return Taste.HATE
	if item.has_tag(&"trash"):
		return Taste.DISLIKE
	return Taste.LIKE if item.rarity >= ItemDef.Rarity.RARE else Taste.NEUTRAL


func is_birthday() -> bool:
	var day_of_year := (WorldClock.day() - 1) % (WorldClock.DAYS_PER_SEASON * 4) + 1
	return day_of_year == birthday


## Place the villager should be at during `hour`: the latest schedule entry that has begun,
## which before the first entry is the last one of the previous day.
func place_for_hour(hour: int) -> StringName:
	var hours := schedule.keys()
	hours.sort()
	var chosen: int = hours.back()
	for start: int in hours:
		if start <= hour:
			chosen = start
	return schedule[chosen]


func save_state() -> Dictionary:
	return {"points": points, "gifted": gifted_today, "x": position.x, "y": position.y}


func load_state(data: Dictionary) -> void:
	points = int(data.get("points", 0))
	gifted_today = data.get("gifted", false)
	position = Vector2(data.get("x", position.x), data.get("y", position.y))


func _start_schedule() -> void:
	await get_tree().physics_frame
	_walk_to(place_for_hour(WorldClock.minute_of_day() / 60))


func _walk_to(place: StringName) -> void:
	for node in get_tree().get_nodes_in_group(&"places"):
		var marker := node as Marker2D
		if marker != null and marker.name == place:
			_agent.target_position = marker.global_position
			return
	push_warning("%s wants to go to the unknown place '%s'" % [villager_name, place])


func _on_hour_passed(hour: int) -> void:
	if schedule.has(hour):
		_walk_to(schedule[hour])
