// A few members in the shape of FLECS's C++ headers, written for the tests.
namespace flecs {

struct world {
    /** Progress the world by one tick. */
    bool progress(float delta_time = 0.0) const {
        return ecs_progress(world_, delta_time);
    }

    template <typename T>
    flecs::component<T> component() const;
};

}
