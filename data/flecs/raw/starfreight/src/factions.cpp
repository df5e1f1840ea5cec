#include "components.hpp"

#include <cstdio>

namespace freight {

namespace {

// Faction of a ship or a station. Null for free traders and open ports.
flecs::entity faction_of(flecs::entity e) {
    return e.target<MemberOf>();
}

// Two factions are friends if they are the same, if they are allied, or if they
// share an ally and are not at war with each other.
bool friendly(flecs::entity a, flecs::entity b) {
    if (a == b || a.has<Allied>(b)) {
        return true;
    }
    if (a.has<Hostile>(b)) {
        return false;
    }
    bool shared = false;
    a.each<Allied>([&](flecs::entity ally) {
        shared = shared || ally.has<Allied>(b);
    });
    return shared;
}

// Breaks up the alliance when two factions go to war. Hostile is symmetric, so
// the observer runs for both sides; only one of the two runs is reported.
void on_war(flecs::iter& it, size_t row) {
    flecs::entity aggressor = it.entity(row);
    flecs::entity victim = it.pair(0).second();
    if (aggressor.has<Allied>(victim)) {
        aggressor.remove<Allied>(victim);
        if (aggressor.id() < victim.id()) {
            std::printf("%s and %s are allies no more\n",
                aggressor.name().c_str(), victim.name().c_str());
        }
    }
}

// Throws ships out of stations that turned hostile. They keep their cargo and
// look for the nearest port that takes them in.
void evict(flecs::entity ship, const flecs::query<const Position>& ports) {
    flecs::entity station = ship.target<DockedAt>();
    if (may_dock(ship, station)) {
        return;
    }

    std::vector<flecs::entity> shortest;
    ports.each([&](flecs::entity port, const Position&) {
        if (port == station || !may_dock(ship, port)) {
            return;
        }
        auto route = find_route(station, port);
        if (!route.empty() && (shortest.empty() || route.size() < shortest.size())) {
            shortest = std::move(route);
        }
    });

    if (!shortest.empty()) {
        ship.set<Itinerary>({std::move(shortest)});
        ship.add(ShipState::Loading);
    }
}

} // namespace

// Open ports let everybody in. Free traders get into ports of a faction unless the
// port itself has an enemy; members of a faction are kept out by its enemies only.
bool may_dock(flecs::entity ship, flecs::entity station) {
    flecs::entity owner = faction_of(station);
    flecs::entity flag = faction_of(ship);
    if (!owner) {
        return true;
    }
    if (!flag) {
        return !station.has<Hostile>(flecs::Wildcard);
    }
    return friendly(flag, owner) || !flag.has<Hostile>(owner);
}

// Watches wars and independence, and every two seconds throws out ships that are no
// longer welcome where they are docked.
factions::factions(flecs::world& world) {
    world.import<components>();
    world.module<factions>();

    world.observer("OnWar")
        .with<Hostile>(flecs::Wildcard)
        .event(flecs::OnAdd)
        .each(on_war);

    auto ports = world.query_builder<const Position>("Ports")
        .with<Station>()
        .cached()
        .build();

    world.system("Evict")
        .with<Ship>()
        .with<DockedAt>(flecs::Wildcard)
        .with(ShipState::Idle)
        .kind(flecs::PostLoad)
        .interval(2.0f)
        .each([ports](flecs::entity ship) { evict(ship, ports); });

    // The flag of a faction that no longer exists is worth nothing: its stations
    // become open ports, which OnDeleteTarget takes care of. Tell the player.
    world.observer("OnIndependence")
        .with<MemberOf>(flecs::Wildcard)
        .with<Station>()
        .event(flecs::OnRemove)
        .each([](flecs::entity station) {
            if (!station.world().should_quit()) {
                std::printf("%s is an open port now\n", station.name().c_str());
            }
        });
}

} // namespace freight
