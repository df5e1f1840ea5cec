class_name FarmPlot
extends TileMapLayer
## Tilled soil: hoeing, sowing, watering, overnight growth and harvest, cell by cell.

signal crop_ripened(cell: Vector2i, crop: StringName)

enum Soil { WILD, TILLED, WATERED }

const SOIL_SOURCE := 0
const ATLAS: Dictionary[Soil, Vector2i] = {
	Soil.WILD: Vector2i(0, 0), Soil.TILLED: Vector2i(1, 0), Soil.WATERED: Vector2i(2, 0)
}

## Days from seed to harvest for every crop.
@export var growth_days: Dictionary[StringName, int] = {&"turnip": 4, &"pumpkin": 11}
@export var seasons: Dictionary[StringName, WorldClock.Season] = {}
@export_range(0.0, 1.0, 0.01) var crow_chance := 0.03

var _cells: Dictionary[Vector2i, Dictionary] = {}


func _ready() -> void:
	add_to_group(SaveGame.GROUP)
	WorldClock.day_started.connect(func(_day: int) -> void: grow_overnight())


## Turns wild ground into tilled soil. Only cells that are painted on this layer can be tilled.
func till(cell: Vector2i) -> bool:
	if get_cell_source_id(cell) == -1 or _cells.has(cell):
		return false
	_cells[cell] = {"soil": Soil.TILLED, "crop": &"", "age": 0}
	_paint(cell)
	return true


## Plants `crop` in empty tilled soil if it grows in the current season.
func sow(cell: Vector2i, crop: StringName) -> bool:
	if not _cells.has(cell) or _cells[cell]["crop"] != &"":
		return false
	if seasons.has(crop) and seasons[crop] != WorldClock.season():
		return false
	_cells[cell]["crop"] = crop
	_cells[cell]["age"] = 0
	return true


## Waters every tilled cell within `reach` cells of `cell`; better cans have a larger reach.
func water(cell: Vector2i, reach: int = 0) -> int:
	var wetted := 0
	for y in range(-reach, reach + 1):
		for x in range(-reach, reach + 1):
			var here := cell + Vector2i(x, y)
			if _cells.has(here) and _cells[here]["soil"] == Soil.TILLED:
				_cells[here]["soil"] = Soil.WATERED
				_paint(here)
				wetted += 1
	return wetted


## True once the crop in this cell has reached the age it needs for harvest.
func is_ripe(cell: Vector2i) -> bool:
	if not _cells.has(cell) or _cells[cell]["crop"] == &"":
		return false
	return _cells[cell]["age"] >= growth_days[_cells[cell]["crop"]]


## Takes the ripe crop off the plot and returns its id, or an empty name if nothing is ripe.
func harvest(cell: Vector2i) -> StringName:
	if not is_ripe(cell):
		return &""
	var crop: StringName = _cells[cell]["crop"]
	_cells[cell]["crop"] = &""
	_cells[cell]["age"] = 0
	return crop


## Night routine: watered crops age one day, crows may steal ripe ones, and all soil dries out.
func grow_overnight() -> void:
	for cell: Vector2i in _cells:
		var plot := _cells[cell]
		if plot["crop"] != &"" and plot["soil"] == Soil.WATERED:
			plot["age"] += 1
			if is_ripe(cell):
				crop_ripened.emit(cell, plot["crop"])
		elif is_ripe(cell) and randf() < crow_chance:
			plot["crop"] = &""
		plot["soil"] = Soil.TILLED
		_paint(cell)


func save_state() -> Dictionary:
	var rows: Array = []
	for cell: Vector2i in _cells:
		rows.append(
			[cell.x, cell.y, _cells[cell]["soil"], _cells[cell]["crop"], _cells[cell]["age"]]
		)
	return {"cells": rows}


func load_state(data: Dictionary) -> void:
	_cells.clear()
	for row: Array in data.get("cells", []):
		var cell := Vector2i(int(row[0]), int(row[1]))
		_cells[cell] = {"soil": int(row[2]), "crop": StringName(row[3]), "age": int(row[4])}
		_paint(cell)


func _paint(cell: Vector2i) -> void:
	set_cell(cell, SOIL_SOURCE, ATLAS[_cells[cell]["soil"]])
