#pragma once

#include <flecs.h>
#include <string>
#include <vector>

namespace freight {

struct Position {
    double x = 0, y = 0;
};

// Cruise speed in units per second.
struct Engine {
    double speed = 1;
};

// Money of a ship or a station.
struct Wallet {
    int credits = 0;
};

// Hold of a ship. What is loaded is stored as (Carries, good) pairs.
struct Hold {
    int capacity = 20;
    int used = 0;
};

// Relationship with data: (Carries, good), amount on board and what it cost.
struct Carries {
    int amount = 0;
    int paid = 0;
};

// Relationship with data: (Market, good) on stations. A positive rate is
// production per tick, a negative one consumption. price follows stock.
struct Market {
    int stock = 0;
    int rate = 0;
    double base_price = 10;

    // Price of one unit: base price when 100 units are in stock, twice as much
    // for an empty store, and never less than a quarter.
    double price() const {
        double factor = 2.0 - stock / 100.0;
        return base_price * (factor < 0.25 ? 0.25 : factor);
    }
};

// Relationship with data: (LaneTo, station), a connection that can be flown.
struct LaneTo {
    double length = 0;
};

// Remaining way of a ship, next stop last.
struct Itinerary {
    std::vector<flecs::entity> stops;
};

// Exclusive relationship: (DockedAt, station).
struct DockedAt {};

// Where a ship is in its working day. Added as an enum, so it is exclusive.
enum class ShipState { Idle, Loading, Flying, Unloading };

// How two factions feel about each other: (Allied, b) or (Hostile, b).
struct Allied {};
struct Hostile {};

// (MemberOf, faction) on ships and stations.
struct MemberOf {};

struct Station {};
struct Ship {};

// Singleton with the sums shown on the end screen.
struct Ledger {
    int deliveries = 0;
    int profit = 0;
    int refused = 0;
};

// Module: registers the types above with reflection data and traits.
struct components {
    explicit components(flecs::world& world);
};

// Module: route search and flight, see navigation.cpp.
struct navigation {
    explicit navigation(flecs::world& world);
};

// Module: production, prices and the decisions of traders, see economy.cpp.
struct economy {
    explicit economy(flecs::world& world);
};

// Module: factions, docking rights and blockades, see factions.cpp.
struct factions {
    explicit factions(flecs::world& world);
};

// Shortest way along lanes, next stop last; empty if there is none.
std::vector<flecs::entity> find_route(flecs::entity from, flecs::entity to);

// Whether a ship may dock, which depends on its faction.
bool may_dock(flecs::entity ship, flecs::entity station);

} // namespace freight
