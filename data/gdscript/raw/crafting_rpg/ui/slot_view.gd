class_name SlotView
extends PanelContainer
## One inventory slot on screen: shows the stack and supports drag, split and quick transfer.

signal hovered(view: SlotView)
signal quick_move_requested(view: SlotView)

const EMPTY_TOOLTIP := ""

var inventory: Inventory
var index := -1

var _icon := TextureRect.new()
var _amount := Label.new()
var _wear := ProgressBar.new()


func _init() -> void:
	custom_minimum_size = Vector2(40.0, 40.0)
	focus_mode = Control.FOCUS_ALL
	_icon.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	_icon.stretch_mode = TextureRect.STRETCH_KEEP_ASPECT_CENTERED
	_amount.size_flags_vertical = Control.SIZE_SHRINK_END
	_amount.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
	_wear.show_percentage = false
	_wear.custom_minimum_size.y = 3.0
	_wear.size_flags_vertical = Control.SIZE_SHRINK_END
	for child: Control in [_icon, _amount, _wear]:
		child.mouse_filter = Control.MOUSE_FILTER_IGNORE
		add_child(child)


func _ready() -> void:
	mouse_entered.connect(func() -> void: hovered.emit(self))
	focus_entered.connect(func() -> void: hovered.emit(self))


## Binds the view to slot `slot` of `source` and keeps it up to date from then on.
func bind(source: Inventory, slot: int) -> void:
	if inventory != null:
		inventory.slot_changed.disconnect(_on_slot_changed)
	inventory = source
	index = slot
	inventory.slot_changed.connect(_on_slot_changed)
	refresh()


## Redraws icon, amount and durability bar from the stack in the slot.
func refresh() -> void:
	var stack := inventory.get_slot(index)
	_icon.texture = stack.def.icon if stack != null else null
	_amount.text = str(stack.amount) if stack != null and stack.amount > 1 else ""
	var wears := stack != null and stack.def.max_durability > 0
	_wear.visible = wears and stack.durability < stack.def.max_durability
	if wears:
		_wear.max_value = stack.def.max_durability
		_wear.value = stack.durability
	tooltip_text = stack.def.display_name if stack != null else EMPTY_TOOLTIP


func _gui_input(event: InputEvent) -> void:
	var click := event as InputEventMouseButton
	if click == null or not click.pressed or click.button_index != MOUSE_BUTTON_LEFT:
		return
	if click.shift_pressed:
		quick_move_requested.emit(self)
		accept_event()


# Dragging with Ctrl held takes half of the stack instead of all of it.
func _get_drag_data(_at_position: Vector2) -> Variant:
	var stack := inventory.get_slot(index)
	if stack == null:
		return null
	var amount := stack.amount
	if Input.is_key_pressed(KEY_CTRL):
		amount = ceili(amount / 2.0)
	var preview := TextureRect.new()
	preview.texture = stack.def.icon
	preview.modulate.a = 0.8
	set_drag_preview(preview)
	return {"view": self, "amount": amount}


func _can_drop_data(_at_position: Vector2, data: Variant) -> bool:
	if data is not Dictionary or not data.has("view"):
		return false
	var from: SlotView = data["view"]
	return inventory.accepts(from.inventory.get_slot(from.index).def)


# A whole stack is moved or swapped. Part of a stack goes into an empty slot or onto equal items;
# what does not fit returns to where it came from.
func _drop_data(_at_position: Vector2, data: Variant) -> void:
	var from: SlotView = data["view"]
	if from == self:
		return
	var source := from.inventory.get_slot(from.index)
	if data["amount"] >= source.amount:
		from.inventory.move(from.index, index, inventory)
		return
	var resting := inventory.get_slot(index)
	if resting == null:
		inventory.set_slot(index, source.split(data["amount"]))
	elif resting.can_merge(source):
		var half := source.split(data["amount"])
		resting.absorb(half)
		source.amount += half.amount
	inventory.slot_changed.emit(index)
	from.refresh()


func _on_slot_changed(changed_index: int) -> void:
	if changed_index == index:
		refresh()
