#include "components.hpp"

#include <algorithm>

namespace freight {

namespace {

// The best deal a trader could think of.
struct Deal {
    flecs::entity good;
    flecs::entity buyer;
    double gain = 0; // per unit

    explicit operator bool() const { return gain > 0; }
};

// Stations do not sell their last goods, they keep a reserve.
constexpr int reserve = 10;

// Lets a station make or use up goods. Stock stays between 0 and 400.
void produce(Market& market) {
    market.stock = std::clamp(market.stock + market.rate, 0, 400);
}

// Compares the price of everything the station has for sale with the price all
// other markets pay for it. Only buyers that can be reached and let the ship dock
// are considered, and the gain per unit has to cover the fuel for the way.
Deal best_deal(flecs::entity ship, flecs::entity station,
    const flecs::query<>& buyers)
{
    Deal best;
    station.each<Market>([&](flecs::entity good) {
        const Market& here = station.get<Market>(good);
        if (here.stock <= reserve) {
            return;
        }
        buyers.iter().set_var("good", good).each([&](flecs::entity buyer) {
            if (buyer == station || !may_dock(ship, buyer)) {
                return;
            }
            const auto route = find_route(station, buyer);
            if (route.empty()) {
                return;
            }
            const double fuel = 0.1 * static_cast<double>(route.size());
            const double gain = buyer.get<Market>(good).price() - here.price() - fuel;
            if (gain > best.gain) {
                best = {good, buyer, gain};
            }
        });
    });
    return best;
}

// Buys as much of the good as money, hold and stock allow and returns the amount.
// The station's stock and wallet change at once, the cargo is added as a pair.
int load(flecs::entity ship, flecs::entity station, flecs::entity good) {
    Market& market = station.get_mut<Market>(good);
    Wallet& wallet = ship.get_mut<Wallet>();
    Hold& hold = ship.get_mut<Hold>();

    const int price = std::max(1, static_cast<int>(market.price()));
    const int amount = std::min({
        wallet.credits / price, hold.capacity - hold.used, market.stock - reserve});
    if (amount <= 0) {
        return 0;
    }

    market.stock -= amount;
    wallet.credits -= amount * price;
    hold.used += amount;
    station.get_mut<Wallet>().credits += amount * price;
    ship.set<Carries>(good, {amount, amount * price});
    return amount;
}

// System callback for docked, idle ships: picks a deal, loads the goods and plots
// the course. Ships without a deal hang around for another tick.
void trade(flecs::entity ship, const flecs::query<>& buyers) {
    flecs::entity station = ship.target<DockedAt>();
    const Deal deal = best_deal(ship, station, buyers);
    if (!deal || load(ship, station, deal.good) == 0) {
        return;
    }
    ship.set<Itinerary>({find_route(station, deal.buyer)});
    ship.add(ShipState::Loading);
}

// Sells one kind of cargo to the station the ship is docked at. Cargo without a
// market there stays on board.
void unload(flecs::iter& it, size_t row, Carries& cargo, Hold& hold, Wallet& wallet) {
    flecs::entity ship = it.entity(row);
    flecs::entity good = it.pair(0).second();
    flecs::entity station = ship.target<DockedAt>();

    Market* market = station.try_get_mut<Market>(good);
    if (!market) {
        return;
    }
    const int income = static_cast<int>(market->price() * cargo.amount);
    market->stock += cargo.amount;
    wallet.credits += income;
    hold.used -= cargo.amount;

    Ledger& ledger = it.world().get_mut<Ledger>();
    ledger.deliveries++;
    ledger.profit += income - cargo.paid;
    ship.remove<Carries>(good);
}

} // namespace

// Production and trade decisions share a tick of one second, unloading happens at the
// end of any frame in which a ship came in.
economy::economy(flecs::world& world) {
    world.import<components>();
    world.module<economy>();

    // Everything economic happens on one tick a second.
    flecs::timer tick = world.timer("Tick").interval(1.0f);

    world.system<Market>("Produce")
        .term_at(0).second(flecs::Wildcard)
        .with<Station>()
        .tick_source(tick)
        .each(produce);

    // Not cached: it is asked with $good already known, where a cache of all
    // (station, good) combinations does not help.
    auto buyers = world.query_builder()
        .with<Market>("$good")
        .with<Station>()
        .build();

    world.system("Trade")
        .with<Ship>()
        .with(ShipState::Idle)
        .with<DockedAt>(flecs::Wildcard)
        .kind(flecs::PreUpdate)
        .tick_source(tick)
        .each([buyers](flecs::entity ship) { trade(ship, buyers); });

    world.system<Carries, Hold, Wallet>("Unload")
        .term_at(0).second(flecs::Wildcard)
        .with(ShipState::Unloading)
        .with<DockedAt>(flecs::Wildcard)
        .kind(flecs::PostUpdate)
        .each(unload);

    // Runs after Unload: whoever was unloading is free for the next deal.
    world.system("FinishUnloading")
        .with(ShipState::Unloading)
        .kind(flecs::PreStore)
        .each([](flecs::entity ship) { ship.add(ShipState::Idle); });
}

} // namespace freight
