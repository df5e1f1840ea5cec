#include "components.hpp"

namespace freight {

namespace {

// Describes std::vector<flecs::entity> to the reflection framework, so that an
// itinerary shows up in the explorer and in JSON as a list of entities.
flecs::opaque<std::vector<flecs::entity>, flecs::entity> reflect_stops(flecs::world& world) {
    using stops_t = std::vector<flecs::entity>;
    return flecs::opaque<stops_t, flecs::entity>()
        .as_type(world.vector<flecs::entity>())
        .serialize([](const flecs::serializer* s, const stops_t* data) {
            for (const flecs::entity& stop : *data) {
                if (s->value(stop) != 0) {
                    return -1;
                }
            }
            return 0;
        })
        .count([](const stops_t* data) {
            return data->size();
        })
        .resize([](stops_t* data, size_t size) {
            data->resize(size);
        })
        .ensure_element([](stops_t* data, size_t index) {
            if (data->size() <= index) {
                data->resize(index + 1);
            }
            return &(*data)[index];
        });
}

// Registers the plain value types together with their members.
void register_values(flecs::world& world) {
    world.component<Position>()
        .member<double>("x")
        .member<double>("y");
    world.component<Engine>().member<double>("speed");
    world.component<Wallet>().member<int>("credits");
    world.component<Hold>()
        .member<int>("capacity")
        .member<int>("used");
    world.component<Ledger>()
        .member<int>("deliveries")
        .member<int>("profit")
        .member<int>("refused")
        .add(flecs::Singleton);
    world.component<std::vector<flecs::entity>>().opaque(reflect_stops);
    world.component<Itinerary>().member<std::vector<flecs::entity>>("stops");
}

// Registers relationships. Cargo and markets describe goods, and a good that is
// taken out of the game disappears from every hold and every store.
void register_relationships(flecs::world& world) {
    world.component<Carries>()
        .member<int>("amount")
        .member<int>("paid")
        .add(flecs::OnDeleteTarget, flecs::Remove);
    world.component<Market>()
        .member<int>("stock")
        .member<int>("rate")
        .member<double>("base_price")
        .add(flecs::OnDeleteTarget, flecs::Remove);
    world.component<LaneTo>()
        .member<double>("length")
        .add(flecs::OnDeleteTarget, flecs::Remove);

    world.component<DockedAt>().add(flecs::Exclusive);
    world.component<MemberOf>()
        .add(flecs::Exclusive)
        .add(flecs::OnDeleteTarget, flecs::Remove);

    // Feelings are mutual: adding (Allied, b) to a adds (Allied, a) to b.
    world.component<Allied>().add(flecs::Symmetric);
    world.component<Hostile>().add(flecs::Symmetric);
}

} // namespace

// Has to be imported before any of these types is used in a query: traits cannot be
// added to a component that is in use.
components::components(flecs::world& world) {
    world.module<components>();

    register_values(world);
    register_relationships(world);
    world.component<ShipState>();
    world.component<Station>();

    // A ship is never without these, whoever creates it.
    world.component<Ship>()
        .add(flecs::With, world.component<Wallet>())
        .add(flecs::With, world.component<Hold>())
        .add(flecs::With, world.component<Itinerary>());

    world.set<Ledger>({});
}

} // namespace freight
