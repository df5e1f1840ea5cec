class_name TowerInspector
extends PanelContainer
## Side panel for the selected tower: live DPS, targeting rule, upgrades and sell button.

@export var grid: MazeGrid

var tower: Tower

@onready var _title: Label = %Title
@onready var _dps: Label = %Dps
@onready var _rule: OptionButton = %Rule
@onready var _upgrades: VBoxContainer = %Upgrades
@onready var _sell: Button = %Sell
@onready var _refresh_timer: Timer = $RefreshTimer


func _ready() -> void:
	for rule: Targeting.Rule in Targeting.Rule.values():
		_rule.add_item(Targeting.rule_name(rule), rule)
	_rule.item_selected.connect(_on_rule_selected)
	_sell.pressed.connect(_on_sell_pressed)
	_refresh_timer.timeout.connect(_refresh_dps)
	Economy.gold_changed.connect(func(_gold: int, _change: int) -> void: _update_affordable())
	hide()


## Shows `selected` in the panel, or closes it for null.
func inspect(selected: Tower) -> void:
	if tower != null and tower.upgraded.is_connected(_on_upgraded):
		tower.upgraded.disconnect(_on_upgraded)
	tower = selected
	visible = tower != null
	if tower == null:
		_refresh_timer.stop()
		return
	tower.upgraded.connect(_on_upgraded)
	_rule.select(_rule.get_item_index(tower.rule))
	_refresh_timer.start(0.5)
	_rebuild()


# Refreshes title and sell price and lists one button per available upgrade.
func _rebuild() -> void:
	_title.text = tower.stats.title
	_sell.text = "Sell for %d" % tower.sell_value()
	for child in _upgrades.get_children():
		child.queue_free()
	for next in tower.stats.upgrades:
		var button := Button.new()
		button.text = "%s (%d)" % [next.title, next.price]
		button.tooltip_text = "\n".join(tower.stats.diff_text(next))
		button.set_meta(&"price", next.price)
		button.pressed.connect(tower.upgrade_to.bind(next))
		_upgrades.add_child(button)
	_update_affordable()


# Upgrades that are too expensive stay visible but cannot be pressed.
func _update_affordable() -> void:
	for child in _upgrades.get_children():
		var button := child as Button
		if button != null and button.has_meta(&"price"):
			button.disabled = button.get_meta(&"price") > Economy.gold


func _refresh_dps() -> void:
	if is_instance_valid(tower):
		var live := BattleLog.recent_dps(tower.get_instance_id())
		_dps.text = "%.1f / %.1f dps" % [live, tower.stats.dps()]


func _on_rule_selected(index: int) -> void:
	tower.rule = _rule.get_item_id(index) as Targeting.Rule


func _on_upgraded(_stats: TowerStats) -> void:
	_rebuild()


func _on_sell_pressed() -> void:
	tower.sell(grid)
	inspect(null)
