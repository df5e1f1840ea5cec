// The part of godot-cpp that the sample uses, so that it compiles by itself.
#pragma once
extern "C" double atan2(double, double);
extern "C" double hypot(double, double);

constexpr double Math_PI = 3.14159265358979;

namespace godot {
struct Variant { enum Type { NIL, FLOAT, VECTOR2 }; };
enum PropertyHint { PROPERTY_HINT_NONE, PROPERTY_HINT_RANGE };
struct Vector2 {
    double x = 0, y = 0;
    Vector2 operator-(const Vector2 &o) const { return {x - o.x, y - o.y}; }
    double angle() const { return ::atan2(y, x); }
    double distance_to(const Vector2 &o) const { return ::hypot(x - o.x, y - o.y); }
};
struct NodePath {};
struct Texture2D {};
template <class T> struct Ref { T *reference = nullptr; };
struct PropertyInfo { PropertyInfo(Variant::Type, const char *, PropertyHint = PROPERTY_HINT_NONE, const char * = ""); };
struct MethodInfo { template <class... A> MethodInfo(const char *, A...); };
struct MethodDefinition {};
struct ClassDB { template <class... A> static void bind_method(A...); static void add_signal(MethodInfo); static void add_property(PropertyInfo, const char *, const char *); };
template <class... A> MethodDefinition D_METHOD(A...);
struct Node2D {
    virtual ~Node2D() = default;
    virtual void _process(double) {}
    Vector2 get_position() const;
    double get_rotation() const;
    void set_rotation(double);
    void queue_redraw();
    template <class T> T *get_node(const NodePath &);
    template <class... A> void emit_signal(const char *, A...);
};
}

#define GDCLASS(T, Base) private: using Self = T; using Super = Base; friend struct ClassDB; public:
#define ADD_PROPERTY(info, setter, getter) ::godot::ClassDB::add_property(info, setter, getter)
#define ADD_SIGNAL(info) ::godot::ClassDB::add_signal(info)
#define ERR_FAIL_NULL(value) if ((value) == nullptr) { return; } else ((void)0)
