class_name FrostAura
extends Tower
## Does not shoot: chills every creep in range, and freezes those that stay inside for long.

@export_range(0.5, 10.0, 0.1, "suffix:s") var freeze_after := 3.0
@export_range(0.1, 5.0, 0.1, "suffix:s") var freeze_time := 1.2

var _exposure: Dictionary[Creep, float] = {}


func _physics_process(delta: float) -> void:
	for creep in _in_range:
		creep.set_slow(self, stats.slow)
		_expose(creep, delta)
	queue_redraw()


func _draw() -> void:
	var pulse := 0.5 + 0.5 * sin(Time.get_ticks_msec() / 400.0)
	draw_circle(Vector2.ZERO, stats.attack_range, Color(0.6, 0.85, 1.0, 0.05 + 0.05 * pulse))


## Seconds `creep` has been inside the aura without a break.
func exposure_of(creep: Creep) -> float:
	return _exposure.get(creep, 0.0)


# A frozen creep starts over at zero, so nobody is kept in place forever.
func _expose(creep: Creep, delta: float) -> void:
	var total := exposure_of(creep) + delta
	if total >= freeze_after:
		creep.freeze(freeze_time)
		total = 0.0
	_exposure[creep] = total


# Leaving the circle ends the chill at once; a creep that dies leaves as well.
func _on_area_exited(area: Area2D) -> void:
	super(area)
	var creep := area.owner as Creep
	if creep != null:
		creep.clear_slow(self)
		_exposure.erase(creep)
