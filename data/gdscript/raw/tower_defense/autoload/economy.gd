extends Node
## Gold and lives of the current battle, with interest between waves.

signal gold_changed(gold: int, change: int)
signal lives_changed(lives: int)
signal bankrupt(price: int)
signal defeated

@export var start_gold := 150
@export var start_lives := 20
@export_range(0.0, 0.5, 0.01) var interest_rate := 0.05
@export var interest_cap := 50

var gold := 0:
	set(value):
		var change := value - gold
		gold = maxi(0, value)
		if change != 0:
			gold_changed.emit(gold, change)
var lives := 0:
	set(value):
		if lives <= 0 and value <= 0:
			return
		lives = maxi(0, value)
		lives_changed.emit(lives)
		if lives == 0:
			defeated.emit()

var _spent_by_kind: Dictionary[StringName, int] = {}


## Sets gold and lives to their starting values, scaled by the chosen difficulty.
func begin_battle(difficulty: float = 1.0) -> void:
	_spent_by_kind.clear()
	lives = roundi(start_lives / difficulty)
	gold = roundi(start_gold / sqrt(difficulty))


## Pays `price` if there is enough gold and books it under `kind`. On failure nothing changes and
## `bankrupt` is emitted so the HUD can shake the gold counter.
func try_spend(price: int, kind: StringName) -> bool:
	if price > gold:
		bankrupt.emit(price)
		return false
	gold -= price
	_spent_by_kind[kind] = _spent_by_kind.get(kind, 0) + price
	return true


## Pays interest on the current gold at the end of a wave and returns the amount.
func pay_interest() -> int:
	var interest := mini(floori(gold * interest_rate), interest_cap)
	gold += interest
	return interest


## Share of all spending that went into `kind`, from 0 to 1, for the result screen.
func spending_share(kind: StringName) -> float:
	var total := 0
	for amount: int in _spent_by_kind.values():
		total += amount
	return float(_spent_by_kind.get(kind, 0)) / total if total > 0 else 0.0
