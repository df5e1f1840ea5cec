class_name InventoryPanel
extends Control
## Grid of slots for one inventory with sort button, text filter and a gamepad friendly focus ring.

@export var inventory: Inventory
## Shift-click sends stacks here, e.g. the open chest.
@export var partner: Inventory
@export var columns := 8

var _views: Array[SlotView] = []

@onready var _grid: GridContainer = %Grid
@onready var _filter: LineEdit = %Filter
@onready var _sort_button: Button = %SortButton
@onready var _details: RichTextLabel = %Details


func _ready() -> void:
	_grid.columns = columns
	_sort_button.pressed.connect(inventory.sort)
	_filter.text_changed.connect(apply_filter)
	_details.bbcode_enabled = true
	_build_views()
	hide()


func _unhandled_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"open_inventory"):
		toggle()
		get_viewport().set_input_as_handled()


## Opens or closes the panel; the clock stands still while it is open.
func toggle() -> void:
	visible = not visible
	WorldClock.paused = visible
	if visible and not _views.is_empty():
		_views[0].grab_focus()


## Dims every slot whose item name does not contain `query`. An empty query shows all of them.
func apply_filter(query: String) -> void:
	var needle := query.strip_edges().to_lower()
	for view in _views:
		var stack := inventory.get_slot(view.index)
		var hit := needle.is_empty()
		if stack != null and not hit:
			hit = stack.def.display_name.to_lower().contains(needle)
		view.modulate.a = 1.0 if hit else 0.25


# Creates one view per slot and wires its signals.
func _build_views() -> void:
	for i in inventory.size:
		var view := SlotView.new()
		view.bind(inventory, i)
		view.hovered.connect(_show_details)
		view.quick_move_requested.connect(_quick_move)
		_grid.add_child(view)
		_views.append(view)
	# Wrap the focus around at the row ends so the stick never leaves the grid sideways.
	for i in _views.size():
		var row := i / columns
		var last := mini((row + 1) * columns, _views.size()) - 1
		if i % columns == 0:
			_views[i].focus_neighbor_left = _views[i].get_path_to(_views[last])
		if i == last:
			_views[i].focus_neighbor_right = _views[i].get_path_to(_views[row * columns])


func _show_details(view: SlotView) -> void:
	var stack := inventory.get_slot(view.index)
	_details.text = stack.def.to_bbcode() if stack != null else ""


func _quick_move(view: SlotView) -> void:
	var stack := inventory.get_slot(view.index)
	if partner == null or stack == null:
		return
	partner.add(stack)
	inventory.set_slot(view.index, stack)
