#include "turn_queue.h"

#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/variant/callable_method_pointer.hpp>

// Watches its own children, so units join by being added to the queue.
TurnQueue::TurnQueue() {
	connect("child_entered_tree", callable_mp(this, &TurnQueue::_on_child_entered));
	connect("child_exiting_tree", callable_mp(this, &TurnQueue::_on_child_exiting));
}

// Position of a unit in the list of runners, or -1.
int TurnQueue::_find(const Node *p_unit) const {
	for (int i = 0; i < runners.size(); i++) {
		if (p_unit && runners[i].unit == ObjectID(p_unit->get_instance_id())) {
			return i;
		}
	}
	return -1;
}

// Children that can act take part from now on, starting at zero. Others, like
// timers and audio players, are none of our business.
void TurnQueue::_on_child_entered(Node *p_child) {
	if (!p_child->has_method("take_turn") || _find(p_child) >= 0) {
		return;
	}
	Runner runner;
	runner.unit = ObjectID(p_child->get_instance_id());
	if (p_child->has_method("get_speed")) {
		runner.speed = MAX((double)p_child->call("get_speed"), 0.01);
	}
	runners.push_back(runner);
}

// A unit that dies in its own turn cannot end it any more, so that is done here.
void TurnQueue::_on_child_exiting(Node *p_child) {
	const int at = _find(p_child);
	if (at < 0) {
		return;
	}
	const bool was_active = runners[at].unit == active;
	runners.remove_at(at);
	if (was_active) {
		active = ObjectID();
		state = STATE_WAITING;
		waited = 0.0;
	}
}

// Index of the runner that reaches the end of the track first; the earlier child
// wins a tie. The list must not be empty.
int TurnQueue::_next_runner(const Vector<Runner> &p_runners) const {
	int best = 0;
	for (int i = 1; i < p_runners.size(); i++) {
		if (p_runners[i].time_left() < p_runners[best].time_left()) {
			best = i;
		}
	}
	return best;
}

// Lets everybody run until the winner is at the end, and sends the winner back to
// the start.
void TurnQueue::_advance(Vector<Runner> &p_runners, int p_winner) const {
	const double time = p_runners[p_winner].time_left();
	Runner *write = p_runners.ptrw();
	for (int i = 0; i < p_runners.size(); i++) {
		write[i].progress += write[i].speed * time;
	}
	write[p_winner].progress = 0.0;
}

// Picks the next unit and tells it to act. The signal comes first, so that the
// camera is on its way when the unit starts to move.
void TurnQueue::_begin_turn() {
	const int winner = _next_runner(runners);
	active = runners[winner].unit;
	_advance(runners, winner);
	state = STATE_ACTING;
	round++;

	Node *unit = get_active_unit();
	ERR_FAIL_NULL_MSG(unit, "A unit was freed without leaving the tree.");
	emit_signal("turn_started", unit);
	unit->call("take_turn");
}

// Waits for the pause between two turns to pass. While a unit acts there is
// nothing to do but wait for end_turn.
void TurnQueue::_process(double p_delta) {
	if (state != STATE_WAITING || runners.is_empty()) {
		return;
	}
	waited += p_delta;
	if (waited >= pause) {
		_begin_turn();
	}
}

// Lets the first unit act on the next frame, without a pause. Has no effect on a
// queue that is running.
void TurnQueue::start() {
	if (state == STATE_STOPPED) {
		state = STATE_WAITING;
		waited = pause;
	}
}

// Stops after the running turn. Progress on the track is kept for the next start.
void TurnQueue::stop() {
	active = ObjectID();
	state = STATE_STOPPED;
}

// Ends the turn of a unit. Units that call this out of turn, for instance from an
// animation that finished late, are ignored.
void TurnQueue::end_turn(Node *p_unit) {
	if (state != STATE_ACTING || !p_unit || p_unit != get_active_unit()) {
		return;
	}
	active = ObjectID();
	state = STATE_WAITING;
	waited = 0.0;
	emit_signal("turn_ended", p_unit);
}

// Throws a unit back by a share of the track. It never falls behind the start.
void TurnQueue::delay(Node *p_unit, double p_share) {
	const int at = _find(p_unit);
	ERR_FAIL_COND_MSG(at < 0, "Only units of this queue can be delayed.");
	Runner &runner = runners.ptrw()[at];
	runner.progress = MAX(runner.progress - TRACK * p_share, 0.0);
}

// Units in the order of the next turns, for the bar at the top of the screen. Fast
// units show up more than once. Works on a copy, the queue itself is not changed.
TypedArray<Node> TurnQueue::preview(int p_turns) const {
	TypedArray<Node> order;
	Vector<Runner> copy = runners;
	for (int i = 0; i < p_turns && !copy.is_empty(); i++) {
		const int winner = _next_runner(copy);
		order.push_back(ObjectDB::get_instance(copy[winner].unit));
		_advance(copy, winner);
	}
	return order;
}

Node *TurnQueue::get_active_unit() const {
	return Object::cast_to<Node>(ObjectDB::get_instance(active));
}

void TurnQueue::_bind_methods() {
	ClassDB::bind_method(D_METHOD("start"), &TurnQueue::start);
	ClassDB::bind_method(D_METHOD("stop"), &TurnQueue::stop);
	ClassDB::bind_method(D_METHOD("end_turn", "unit"), &TurnQueue::end_turn);
	ClassDB::bind_method(D_METHOD("delay", "unit", "share"), &TurnQueue::delay, DEFVAL(0.5));
	ClassDB::bind_method(D_METHOD("preview", "turns"), &TurnQueue::preview, DEFVAL(10));
	ClassDB::bind_method(D_METHOD("set_pause", "seconds"), &TurnQueue::set_pause);
	ClassDB::bind_method(D_METHOD("get_pause"), &TurnQueue::get_pause);
	ClassDB::bind_method(D_METHOD("get_state"), &TurnQueue::get_state);
	ClassDB::bind_method(D_METHOD("get_round"), &TurnQueue::get_round);
	ClassDB::bind_method(D_METHOD("get_active_unit"), &TurnQueue::get_active_unit);

	ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "pause", PROPERTY_HINT_RANGE, "0,5,0.05,suffix:s"), "set_pause", "get_pause");

	ADD_SIGNAL(MethodInfo("turn_started", PropertyInfo(Variant::OBJECT, "unit", PROPERTY_HINT_NODE_TYPE, "Node")));
	ADD_SIGNAL(MethodInfo("turn_ended", PropertyInfo(Variant::OBJECT, "unit", PROPERTY_HINT_NODE_TYPE, "Node")));

	BIND_ENUM_CONSTANT(STATE_STOPPED);
	BIND_ENUM_CONSTANT(STATE_WAITING);
	BIND_ENUM_CONSTANT(STATE_ACTING);
}
