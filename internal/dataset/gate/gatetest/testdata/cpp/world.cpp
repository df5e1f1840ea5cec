#include "std.hpp"

namespace game {

struct Position { float x = 0, y = 0; };

struct Health {
    int now{10};
    int most = 10;

    [[nodiscard]] bool dead() const noexcept { return now <= 0; }
};

class Unit {
public:
    explicit Unit(std::string name, Position at = {}) : name_(std::move(name)), at_{at} {}
    virtual ~Unit() = default;

    const std::string &name() const { return name_; }
    Position at() const { return at_; }

    virtual void tick(float delta) {
        at_.x += speed_ * delta;
        if (health_.dead()) {
            speed_ = 0.0f;
        }
    }

    bool operator<(const Unit &other) const { return name_ < other.name_; }

protected:
    std::string name_;
    Position at_;
    Health health_;
    float speed_ = 1.5f;
};

class Tank final : public Unit {
public:
    using Unit::Unit;

    void tick(float delta) override {
        Unit::tick(delta);
        heat_ = std::max(0.0f, heat_ - 4.0f * delta);
        for (auto &[slot, shells] : racks_) {
            if (shells == 0 && slot != "spare") {
                reload(slot);
                break;
            }
        }
    }

private:
    void reload(const std::string &slot);

    float heat_ = 0;
    std::map<std::string, int> racks_{{"main", 4}, {"spare", 20}};
};

void Tank::reload(const std::string &slot) {
    auto spare = racks_.find("spare");
    if (spare == racks_.end() || spare->second < 1) {
        return;
    }
    const int moved = std::min(4, spare->second);
    spare->second -= moved;
    racks_[slot] += moved;
}

template <class T, typename... Args>
std::unique_ptr<T> spawn(std::vector<Unit *> &all, Args &&...args) {
    auto unit = std::make_unique<T>(std::forward<Args>(args)...);
    all.push_back(unit.get());
    return unit;
}

enum class Phase : unsigned char { Early, Main, Late };

class World {
public:
    using Callback = std::function<void(Unit &, float)>;

    void each(Phase phase, Callback run) { systems_[phase].emplace_back(std::move(run)); }

    bool progress(float delta) {
        if (delta <= 0) {
            throw std::string("time stands still");
        }
        for (const auto &[phase, list] : systems_) {
            for (const auto &run : list) {
                std::for_each(units_.begin(), units_.end(), [&run, delta](Unit *u) { run(*u, delta); });
            }
            if (phase == Phase::Late) {
                ++frames_;
            }
        }
        return frames_ < 1'000;
    }

    std::vector<Unit *> units_;

private:
    std::map<Phase, std::vector<Callback>> systems_;
    long frames_ = 0;
};

}  // namespace game

int main() {
    game::World world;
    auto tank = game::spawn<game::Tank>(world.units_, "Bear", game::Position{1, 2});
    world.each(game::Phase::Main, [](game::Unit &u, float delta) { u.tick(delta); });
    int steps = 0;
    try {
        while (world.progress(0.1f) && steps < 20) {
            steps++;
        }
    } catch (const std::string &why) {
        return static_cast<int>(why.size());
    }
    return tank->at().x > 1.0f ? 0 : 1;
}
