#ifndef TURN_QUEUE_H
#define TURN_QUEUE_H

#include <godot_cpp/classes/node.hpp>
#include <godot_cpp/core/object_id.hpp>
#include <godot_cpp/templates/vector.hpp>
#include <godot_cpp/variant/typed_array.hpp>

using namespace godot;

// Decides whose turn it is. Units are child nodes with the methods get_speed() and
// take_turn(); a unit ends its turn by calling end_turn on the queue, so a turn can
// last for as many frames as its animation needs.
class TurnQueue : public Node {
	GDCLASS(TurnQueue, Node)

public:
	enum State {
		STATE_STOPPED,
		STATE_WAITING,
		STATE_ACTING,
	};

private:
	// A unit acts when its progress reaches the length of the track.
	struct Runner {
		ObjectID unit;
		double progress = 0.0;
		double speed = 1.0;

		double time_left() const { return (TRACK - progress) / speed; }
	};

	static constexpr double TRACK = 100.0;

	Vector<Runner> runners;
	State state = STATE_STOPPED;
	ObjectID active;
	int round = 0;
	double pause = 0.25;
	double waited = 0.0;

	int _find(const Node *p_unit) const;
	int _next_runner(const Vector<Runner> &p_runners) const;
	void _advance(Vector<Runner> &p_runners, int p_winner) const;
	void _begin_turn();
	void _on_child_entered(Node *p_child);
	void _on_child_exiting(Node *p_child);

protected:
	static void _bind_methods();

public:
	TurnQueue();

	void _process(double p_delta) override;

	void start();
	void stop();
	void end_turn(Node *p_unit);
	void delay(Node *p_unit, double p_share);
	TypedArray<Node> preview(int p_turns) const;

	void set_pause(double p_seconds) { pause = MAX(p_seconds, 0.0); }
	double get_pause() const { return pause; }
	State get_state() const { return state; }
	int get_round() const { return round; }
	Node *get_active_unit() const;
};

VARIANT_ENUM_CAST(TurnQueue::State);

#endif // TURN_QUEUE_H
