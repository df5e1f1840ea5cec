extends Node
## In-game calendar. One real second advances `minutes_per_second` game minutes.

signal minute_passed(hour: int, minute: int)
signal hour_passed(hour: int)
signal day_started(day: int)
signal season_started(season: Season)

enum Season { SPRING, SUMMER, AUTUMN, WINTER }

const MINUTES_PER_DAY := 24 * 60
const DAYS_PER_SEASON := 28
const WAKE_UP_MINUTE := 6 * 60

@export var minutes_per_second := 1.0

var paused := false
## Minutes since midnight of the first day of the first spring.
var total_minutes := WAKE_UP_MINUTE

var _fraction := 0.0
var _alarms: Array[Dictionary] = []


func _process(delta: float) -> void:
	if paused:
		return
	_fraction += delta * minutes_per_second
	while _fraction >= 1.0:
		_fraction -= 1.0
		_tick()


func minute_of_day() -> int:
	return total_minutes % MINUTES_PER_DAY


## One-based number of the current day since the game began.
func day() -> int:
	return total_minutes / MINUTES_PER_DAY + 1


func season() -> Season:
	var index := (day() - 1) / DAYS_PER_SEASON % Season.size()
	return index as Season


## Progress of the day from 0.0 at midnight to just under 1.0, including the fraction of a minute.
func day_fraction() -> float:
	return (minute_of_day() + _fraction) / MINUTES_PER_DAY


## True if the time of day lies in the window from `from_hour` to `to_hour`.
## Windows may cross midnight: `is_between(22, 4)` is true at one in the morning.
func is_between(from_hour: int, to_hour: int) -> bool:
	var now := minute_of_day() / 60
	if from_hour <= to_hour:
		return now >= from_hour and now < to_hour
	return now >= from_hour or now < to_hour


## Calls `callback` once when `minutes` game minutes have passed. Returns a handle for `cancel()`.
func schedule(minutes: int, callback: Callable) -> Dictionary:
	var alarm := {"at": total_minutes + maxi(1, minutes), "callback": callback}
	_alarms.append(alarm)
	_alarms.sort_custom(func(a: Dictionary, b: Dictionary) -> bool: return a["at"] < b["at"])
	return alarm


func cancel(alarm: Dictionary) -> void:
	_alarms.erase(alarm)


## Jumps to the next morning, running every hour on the way so that crops grow and alarms ring.
func sleep_until_morning() -> void:
	var target := (day() - 1) * MINUTES_PER_DAY + WAKE_UP_MINUTE
	if minute_of_day() >= WAKE_UP_MINUTE:
		target += MINUTES_PER_DAY
	while total_minutes < target:
		_tick()


## Clock text such as "7:05 am", rounded down to ten minutes like a wall clock in the game.
func clock_text() -> String:
	var minute := minute_of_day() / 10 * 10
	var hour := minute / 60
	var suffix := "am" if hour < 12 else "pm"
	return "%d:%02d %s" % [(hour + 11) % 12 + 1, minute % 60, suffix]


# Advances one minute, emits the minute, hour, day and season signals that are due and then rings
func _tick() -> void:
	total_minutes += 1
	var minute := minute_of_day()
	minute_passed.emit(minute / 60, minute % 60)
	if minute % 60 == 0:
		hour_passed.emit(minute / 60)
	if minute == 0:
		day_started.emit(day())
		if (day() - 1) % DAYS_PER_SEASON == 0:
			season_started.emit(season())
	while not _alarms.is_empty() and _alarms[0]["at"] <= total_minutes:
		var due: Dictionary = _alarms.pop_front()
		var callback: Callable = due["callback"]
		if callback.is_valid():
			callback.call()
