#include "components.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <unordered_map>

namespace freight {

namespace {

struct Frontier {
    double cost;
    flecs::entity_t station;

    bool operator>(const Frontier& other) const { return cost > other.cost; }
};

// What the search knows about a station: cheapest cost so far and where from.
struct Visit {
    double cost = std::numeric_limits<double>::infinity();
    flecs::entity_t previous = 0;
};

using Visits = std::unordered_map<flecs::entity_t, Visit>;

// Offers all lanes that leave a station to the search. A lane is taken into
// account if it makes the way to its end cheaper than what was known.
template <typename Queue>
void relax_lanes(flecs::entity station, Visits& visits, Queue& open) {
    const double so_far = visits[station].cost;
    station.each<LaneTo>([&](flecs::entity next) {
        const double cost = so_far + station.get<LaneTo>(next).length;
        Visit& visit = visits[next];
        if (cost < visit.cost) {
            visit = {cost, station};
            open.push({cost, next});
        }
    });
}

// Follows the previous links from the goal back to the start. The start itself is
// left out and the goal comes first, so the next stop is at the back.
std::vector<flecs::entity> unwind(flecs::world world, const Visits& visits,
    flecs::entity_t from, flecs::entity_t to)
{
    std::vector<flecs::entity> stops;
    for (flecs::entity_t at = to; at != from; at = visits.at(at).previous) {
        stops.push_back(world.entity(at));
    }
    return stops;
}

// Sends a ship off: it leaves the dock and is in flight until its itinerary is
// used up. Does nothing for ships without a next stop.
void depart(flecs::entity ship, const Itinerary& way) {
    if (way.stops.empty()) {
        return;
    }
    ship.remove<DockedAt>(flecs::Wildcard);
    ship.add(ShipState::Flying);
}

// Moves a ship towards its next stop. Reaching a stop uses up the step, so a ship
// is seen at every station on its way at least for one frame. At the last stop it
// asks for a berth; a ship that is turned away becomes idle in front of the door.
void fly(flecs::iter& it, size_t row, Position& pos, const Engine& engine, Itinerary& way) {
    flecs::entity ship = it.entity(row);
    if (way.stops.empty()) {
        ship.add(ShipState::Idle);
        return;
    }

    flecs::entity stop = way.stops.back();
    const Position& goal = stop.get<Position>();
    const double dx = goal.x - pos.x, dy = goal.y - pos.y;
    const double distance = std::hypot(dx, dy);
    const double step = engine.speed * it.delta_time();

    if (distance > step) {
        pos.x += dx / distance * step;
        pos.y += dy / distance * step;
        return;
    }

    pos = goal;
    way.stops.pop_back();
    if (!way.stops.empty()) {
        return;
    }
    if (may_dock(ship, stop)) {
        ship.add<DockedAt>(stop).add(ShipState::Unloading);
    } else {
        it.world().get_mut<Ledger>().refused++;
        ship.add(ShipState::Idle);
    }
}

} // namespace

// Dijkstra's algorithm over (LaneTo, *) pairs. The result lists the stops in reverse,
// next one last and without the start; it is empty if there is no way, or no need to go.
std::vector<flecs::entity> find_route(flecs::entity from, flecs::entity to) {
    std::priority_queue<Frontier, std::vector<Frontier>, std::greater<>> open;
    Visits visits;
    visits[from].cost = 0;
    open.push({0, from});

    while (!open.empty()) {
        const Frontier next = open.top();
        open.pop();
        if (next.station == to) {
            return unwind(from.world(), visits, from, to);
        }
        if (next.cost > visits[next.station].cost) {
            continue; // a cheaper way was found after this one was queued
        }
        relax_lanes(from.world().entity(next.station), visits, open);
    }
    return {};
}

// Departures are handled before ships move, so a ship that finished loading is on its
// way in the same frame.
navigation::navigation(flecs::world& world) {
    world.import<components>();
    world.module<navigation>();

    world.system<const Itinerary>("Depart")
        .kind(flecs::PreUpdate)
        .with<Ship>()
        .with(ShipState::Loading)
        .each(depart);

    world.system<Position, const Engine, Itinerary>("Fly")
        .kind(flecs::OnUpdate)
        .with<Ship>()
        .with(ShipState::Flying)
        .each(fly);

    // A lane works in both directions: mirror each one that is set, unless the
    // mirror image is there already.
    world.observer("MirrorLanes")
        .with<LaneTo>(flecs::Wildcard)
        .event(flecs::OnSet)
        .each([](flecs::iter& it, size_t row) {
            flecs::entity a = it.entity(row);
            flecs::entity b = it.pair(0).second();
            if (!b.has<LaneTo>(a)) {
                b.set<LaneTo>(a, a.get<LaneTo>(b));
            }
        });
}

} // namespace freight
