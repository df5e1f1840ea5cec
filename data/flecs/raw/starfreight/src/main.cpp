#include "components.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace freight;

namespace {

// Names and places of the stations of the demo sector.
struct StationSpec {
    const char* name;
    Position at;
    const char* makes;
    const char* needs;
};

constexpr StationSpec specs[] = {
    {"Anvil", {0, 0}, "steel", "ore"},
    {"Pit", {30, 5}, "ore", "food"},
    {"Orchard", {12, 28}, "food", "tools"},
    {"Forge", {-20, 15}, "tools", "steel"},
};

// Looks a good up in the "goods" scope and creates it on first use. The name is
// resolved inside the scope, so there is only ever one entity per good.
flecs::entity good(flecs::world& world, const char* name) {
    flecs::entity result;
    world.scope(world.entity("goods"), [&] { result = world.entity(name); });
    return result;
}

// Creates a station that makes one good and uses up another.
flecs::entity build_station(flecs::world& world, const StationSpec& spec) {
    return world.entity(spec.name)
        .add<Station>()
        .set<Position>(spec.at)
        .set<Wallet>({1000})
        .set<Market>(good(world, spec.makes), {120, +3, 8})
        .set<Market>(good(world, spec.needs), {20, -2, 14});
}

// Connects two stations by a lane as long as their distance.
void connect(flecs::entity a, flecs::entity b) {
    const Position& pa = a.get<Position>();
    const Position& pb = b.get<Position>();
    a.set<LaneTo>(b, {std::hypot(pa.x - pb.x, pa.y - pb.y)});
}

// Prefab for all freighters. The hold and the engine are per ship, which is the
// default for values set on a prefab; the variant only has a larger hold.
flecs::entity make_prefabs(flecs::world& world) {
    flecs::entity hauler = world.prefab("Hauler")
        .add<Ship>()
        .set<Engine>({6})
        .set<Hold>({20, 0})
        .set<Wallet>({400});
    return world.prefab("BulkHauler")
        .is_a(hauler)
        .set<Engine>({4})
        .set<Hold>({60, 0});
}

// Launches a ship that is docked and waits for its first deal.
flecs::entity launch(flecs::world& world, flecs::entity prefab, flecs::entity home,
    flecs::entity flag)
{
    flecs::entity ship = world.entity()
        .is_a(prefab)
        .set<Position>(home.get<Position>())
        .add<DockedAt>(home)
        .add(ShipState::Idle);
    return flag ? ship.add<MemberOf>(flag) : ship;
}

} // namespace

// Runs the sector for ten minutes. With --explore the world keeps running at 30
// frames per second and can be looked at in the explorer through the REST API.
int main(int argc, char* argv[]) {
    flecs::world world;
    world.import<components>();
    world.import<navigation>();
    world.import<economy>();
    world.import<factions>();

    std::vector<flecs::entity> stations;
    for (const StationSpec& spec : specs) {
        stations.push_back(build_station(world, spec));
    }
    for (size_t i = 0; i + 1 < stations.size(); i++) {
        connect(stations[i], stations[i + 1]);
    }

    flecs::entity guild = world.entity("Guild");
    flecs::entity league = world.entity("League").add<Allied>(guild);
    stations[0].add<MemberOf>(guild);
    stations[3].add<MemberOf>(league);

    flecs::entity bulk = make_prefabs(world);
    flecs::entity hauler = bulk.target(flecs::IsA);
    for (size_t i = 0; i < stations.size(); i++) {
        launch(world, i % 2 ? bulk : hauler, stations[i], i < 2 ? guild : flecs::entity());
    }

    if (argc > 1 && !std::strcmp(argv[1], "--explore")) {
        world.import<flecs::stats>();
        world.set<flecs::Rest>({});
        world.set_target_fps(30);
        while (world.progress()) {}
        return 0;
    }

    for (int frame = 0; frame < 6000; frame++) {
        if (frame == 3000) {
            guild.add<Hostile>(league);
        }
        world.progress(0.1f);
    }

    const Ledger& ledger = world.get<Ledger>();
    std::printf("%d deliveries, profit %d, refused %d times\n",
        ledger.deliveries, ledger.profit, ledger.refused);
    league.destruct();
    return 0;
}
