#include "godot_stub.hpp"

namespace godot {

class Turret : public Node2D {
    GDCLASS(Turret, Node2D)

    double cooldown = 0.5;
    double waited = 0.0;
    Ref<Texture2D> sprite;
    NodePath target_path;

protected:
    static void _bind_methods();

public:
    enum Mode {
        MODE_IDLE,
        MODE_TRACK,
        MODE_FIRE = 4,
    };

    void set_cooldown(double p_seconds) { cooldown = p_seconds < 0.05 ? 0.05 : p_seconds; }
    double get_cooldown() const { return cooldown; }
    void _process(double p_delta) override;
    bool aim_at(const Vector2 &p_point, double p_delta);

private:
    Mode mode = MODE_IDLE;
    Vector2 last_seen;
};

void Turret::_bind_methods() {
    ClassDB::bind_method(D_METHOD("set_cooldown", "seconds"), &Turret::set_cooldown);
    ClassDB::bind_method(D_METHOD("get_cooldown"), &Turret::get_cooldown);
    ADD_PROPERTY(PropertyInfo(Variant::FLOAT, "cooldown", PROPERTY_HINT_RANGE, "0.05,10,0.05"), "set_cooldown", "get_cooldown");
    ADD_SIGNAL(MethodInfo("fired", PropertyInfo(Variant::VECTOR2, "from")));
}

void Turret::_process(double p_delta) {
    waited += p_delta;
    Node2D *target = get_node<Node2D>(target_path);
    ERR_FAIL_NULL(target);

    switch (mode) {
        case MODE_IDLE: {
            if (target->get_position().distance_to(get_position()) < 400.0) {
                mode = MODE_TRACK;
            }
        } break;
        case MODE_TRACK:
            last_seen = target->get_position();
            if (aim_at(last_seen, p_delta)) {
                mode = MODE_FIRE;
            }
            break;
        case MODE_FIRE:
            if (waited >= cooldown) {
                waited = 0.0;
                emit_signal("fired", get_position());
            }
            break;
    }
    queue_redraw();
}

// Turn towards a point and say whether it is straight ahead.
bool Turret::aim_at(const Vector2 &p_point, double p_delta) {
    const Vector2 offset = p_point - get_position();
    double wanted = offset.angle();
    double gap = wanted - get_rotation();
    while (gap > Math_PI) {
        gap -= 2.0 * Math_PI;
    }
    while (gap < -Math_PI) {
        gap += 2.0 * Math_PI;
    }
    double step = (gap < 0 ? -1.0 : 1.0) * 3.0 * p_delta;
    if ((gap < 0 && step < gap) || (gap >= 0 && step > gap)) {
        set_rotation(wanted);
        return true;
    }
    set_rotation(get_rotation() + step);
    return false;
}

} // namespace godot
