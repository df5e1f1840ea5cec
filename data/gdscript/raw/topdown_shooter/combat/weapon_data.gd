class_name WeaponData
extends Resource
## Designer-facing description of one gun. Shared between all mounts that use it, so never
## store runtime state such as ammo here.

enum FireMode { SINGLE, AUTO, BURST, CHARGE }

@export var display_name := "Pistol"
@export var icon: Texture2D
@export var projectile_scene: PackedScene
@export var fire_mode: FireMode = FireMode.SINGLE
@export_range(0.5, 30.0, 0.1, "suffix:/s") var rate_of_fire := 4.0
@export_range(1, 24) var pellets := 1
@export_range(0.0, 60.0, 0.5, "degrees") var spread_degrees := 3.0
@export_group("Ammo")
@export var magazine_size := 12
@export_range(0.1, 5.0, 0.1, "suffix:s") var reload_time := 1.2
## Load shells one at a time; firing interrupts the reload.
@export var shell_by_shell := false
@export_group("Damage")
@export var damage := 10.0
@export var muzzle_speed := 900.0
@export var recoil_kick := 40.0
@export var burst_count := 3
@export var charge_curve: Curve


## Seconds between two shots.
func shot_interval() -> float:
	return 1.0 / maxf(rate_of_fire, 0.01)


## Directions of all pellets of one shot around `aim`. A single pellet gets a random offset inside
## the spread cone; several pellets are fanned out evenly with a little jitter.
func pellet_directions(aim: Vector2, rng: RandomNumberGenerator) -> PackedVector2Array:
	var out := PackedVector2Array()
	var half := deg_to_rad(spread_degrees) * 0.5
	if pellets == 1:
		out.append(aim.rotated(rng.randf_range(-half, half)))
		return out
	var step := half * 2.0 / (pellets - 1)
	for i in pellets:
		var jitter := rng.randf_range(-step, step) * 0.25
		out.append(aim.rotated(-half + step * i + jitter))
	return out


## Damage of one pellet for a shot charged to `charge` (0 to 1). Weapons without a curve ignore it.
func damage_for_charge(charge: float) -> float:
	if fire_mode != FireMode.CHARGE or charge_curve == null:
		return damage
	return damage * charge_curve.sample(clampf(charge, 0.0, 1.0))


## Sustained damage per second including reloads, shown in the weapon comparison screen.
func effective_dps() -> float:
	var shots := float(magazine_size)
	if fire_mode == FireMode.BURST:
		shots = float(magazine_size * burst_count)
	var empty_time := magazine_size * shot_interval()
	var reload := reload_time * (magazine_size if shell_by_shell else 1)
	return shots * pellets * damage / (empty_time + reload)


## Lists configuration mistakes in readable form; an empty array means the weapon is usable.
func validate() -> PackedStringArray:
	var problems := PackedStringArray()
	if projectile_scene == null:
		problems.append("%s has no projectile scene" % display_name)
	if magazine_size <= 0:
		problems.append("%s has an empty magazine" % display_name)
	if fire_mode == FireMode.CHARGE and charge_curve == null:
		problems.append("%s charges but has no charge curve" % display_name)
	if pellets > 1 and spread_degrees <= 0.0:
		problems.append("%s fires %d pellets into the same line" % [display_name, pellets])
	return problems
