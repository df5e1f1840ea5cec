class_name WeaponMount
extends Marker2D
## Fires a WeaponData from the muzzle, handling cadence, bursts, charging and reloading.

signal fired(recoil: Vector2)
signal reload_started(duration: float)
signal reload_finished
signal dry_fired

@export var data: WeaponData:
	set(value):
		data = value
		_on_data_changed()
@export var team: Hurtbox.Team = Hurtbox.Team.PLAYER
@export var reserve_ammo := 120

var loaded := 0:
	set(value):
		loaded = value
		GameEvents.ammo_changed.emit(loaded, reserve_ammo)

var _rng := RandomNumberGenerator.new()
var _cooldown := 0.0
var _charge := 0.0
var _reloading := false
var _trigger_was_down := false
var _burst_left := 0


func _physics_process(delta: float) -> void:
	_cooldown = maxf(0.0, _cooldown - delta)
	if _burst_left > 0 and _cooldown <= 0.0:
		_burst_left -= 1
		_shoot(0.0)


## Feeds the trigger state every physics frame; decides from the fire mode whether to shoot.
func pull_trigger(down: bool, delta: float) -> void:
	if data == null:
		return
	var pressed := down and not _trigger_was_down
	var released := not down and _trigger_was_down
	_trigger_was_down = down
	match data.fire_mode:
		WeaponData.FireMode.SINGLE when pressed:
			_try_fire(0.0)
		WeaponData.FireMode.AUTO when down:
			_try_fire(0.0)
		WeaponData.FireMode.BURST when pressed and _burst_left == 0:
			if _try_fire(0.0):
				_burst_left = mini(data.burst_count - 1, loaded)
		WeaponData.FireMode.CHARGE:
			if down:
				_charge = minf(1.0, _charge + delta * data.rate_of_fire)
			elif released:
				_try_fire(_charge)
				_charge = 0.0


## Refills the magazine from the reserve. Shell-by-shell weapons load one round per step and stop
## early when the trigger is pulled; magazine weapons refill at the end in one go.
func reload() -> void:
	if _reloading or data == null or loaded >= data.magazine_size or reserve_ammo <= 0:
		return
	_reloading = true
	reload_started.emit(data.reload_time)
	if data.shell_by_shell:
		while loaded < data.magazine_size and reserve_ammo > 0 and not _trigger_was_down:
			await get_tree().create_timer(data.reload_time, false).timeout
			reserve_ammo -= 1
			loaded += 1
	else:
		await get_tree().create_timer(data.reload_time, false).timeout
		var moved := mini(data.magazine_size - loaded, reserve_ammo)
		reserve_ammo -= moved
		loaded += moved
	_reloading = false
	reload_finished.emit()


## Charge of the current shot from 0 to 1, for the crosshair ring.
func get_charge() -> float:
	return _charge


# True if a shot left the barrel. An empty magazine clicks and reloads by itself.
func _try_fire(charge: float) -> bool:
	if _cooldown > 0.0 or (_reloading and not data.shell_by_shell):
		return false
	if loaded <= 0:
		dry_fired.emit()
		reload()
		return false
	_shoot(charge)
	return true


# Spends one round and launches all pellets of the shot from the pool, then reports the recoil.
func _shoot(charge: float) -> void:
	if loaded <= 0:
		return
	loaded -= 1
	_cooldown = data.shot_interval()
	var aim := Vector2.from_angle(global_rotation)
	for direction in data.pellet_directions(aim, _rng):
		var shot := PoolHub.acquire(data.projectile_scene, get_tree().current_scene) as Projectile
		shot.launch(global_position, direction * data.muzzle_speed)
		shot.hitbox.damage = data.damage_for_charge(charge)
		shot.hitbox.team = team
		shot.hitbox.wielder = owner
	fired.emit(-aim * data.recoil_kick)


func _on_data_changed() -> void:
	_burst_left = 0
	_charge = 0.0
	_cooldown = 0.0
	loaded = data.magazine_size if data != null else 0
