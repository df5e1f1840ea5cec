#include "dungeon.hpp"

#include <algorithm>
#include <vector>

namespace {

// Finds a stack of the given prefab in a container that still has room, other
// than the item itself. Returns a null entity when there is none.
flecs::entity open_stack(flecs::entity holder, flecs::entity prefab, flecs::entity item) {
    flecs::entity found;
    holder.world().query_builder<const Stack>()
        .with<ContainedBy>(holder)
        .with(flecs::IsA, prefab)
        .build()
        .each([&](flecs::entity other, const Stack& stack) {
            if (other != item && stack.count < stack.limit) {
                found = other;
            }
        });
    return found;
}

// Moves as many units as possible from one stack to another and returns true if
// the source was used up.
bool merge_stacks(Stack& from, Stack& to) {
    const int moved = std::min(from.count, to.limit - to.count);
    from.count -= moved;
    to.count += moved;
    return from.count == 0;
}

// Whether a holder is the item itself or is packed inside of it, in which case
// putting the item there would make it vanish from the world.
bool inside_of(flecs::entity holder, flecs::entity item) {
    for (flecs::entity at = holder; at; at = at.target<ContainedBy>()) {
        if (at == item) {
            return true;
        }
    }
    return false;
}

// Takes off whatever a character wears in a slot. The item stays in the backpack.
void clear_slot(flecs::entity wearer, Slot slot) {
    flecs::world world = wearer.world();
    world.defer([&] {
        world.query_builder()
            .with<ContainedBy>(wearer)
            .with<Worn>(world.to_entity(slot))
            .build()
            .each([](flecs::entity item) { item.remove<Worn>(flecs::Wildcard); });
    });
}

} // namespace

// Puts an item into a container, a backpack or on the floor of a chest. Stackable
// items first fill up the stacks that are there. Returns the entity that holds
// the goods afterwards: the item, or a stack that swallowed it whole. An item
// cannot be put into itself; then nothing happens and a null entity is returned.
flecs::entity give(flecs::entity item, flecs::entity holder) {
    if (inside_of(holder, item)) {
        return {};
    }

    flecs::entity prefab = item.target(flecs::IsA);
    if (prefab && item.has<Stack>()) {
        while (flecs::entity other = open_stack(holder, prefab, item)) {
            if (merge_stacks(item.get_mut<Stack>(), other.get_mut<Stack>())) {
                item.destruct();
                return other;
            }
        }
    }

    item.remove<Worn>(flecs::Wildcard);
    item.remove<Tile>();
    return item.add<ContainedBy>(holder);
}

// Wears an item that is carried by somebody, in exchange for what was worn in that
// slot so far. Fails for items that lie on the floor and for whole stacks.
bool equip(flecs::entity item, Slot slot) {
    flecs::entity wearer = item.target<ContainedBy>();
    const Stack* stack = item.try_get<Stack>();
    if (!wearer || !wearer.has<Vitals>() || (stack && stack->count > 1)) {
        return false;
    }
    clear_slot(wearer, slot);
    item.add<Worn>(item.world().to_entity(slot));
    return true;
}

// Weight in grams of everything in a container, including what is in containers
// in there. Stacks weigh count times as much as one item; the weight itself is
// inherited from the prefab.
int carried_weight(flecs::entity holder) {
    int total = 0;
    holder.world().query_builder()
        .with<ContainedBy>(holder)
        .build()
        .each([&](flecs::entity item) {
            const Stack* stack = item.try_get<Stack>();
            const Weight* weight = item.try_get<Weight>();
            if (weight) {
                total += weight->grams * (stack ? stack->count : 1);
            }
            total += carried_weight(item);
        });
    return total;
}

// Rolls the drop table of a monster and leaves the results, together with its own
// belongings, on the tile where it died. The table is read from its prefab.
void drop_loot(flecs::entity corpse, Rng& rng) {
    flecs::world world = corpse.world();
    const Tile here = corpse.get<Tile>();

    std::vector<flecs::entity> spilled;
    world.query_builder()
        .with<ContainedBy>(corpse)
        .build()
        .each([&](flecs::entity item) { spilled.push_back(item); });
    for (flecs::entity item : spilled) {
        item.remove<ContainedBy>(corpse).remove<Worn>(flecs::Wildcard).set(here);
    }

    flecs::entity kind = corpse.target(flecs::IsA);
    kind.each<Drops>([&](flecs::entity prefab) {
        const Drops& entry = kind.get<Drops>(prefab);
        if (rng.between(1, 100) > entry.percent) {
            return;
        }
        flecs::entity item = world.entity().is_a(prefab).set(here);
        if (const Stack* stack = prefab.try_get<Stack>()) {
            const int amount = std::min(rng.between(entry.min, entry.max), stack->limit);
            item.set<Stack>({amount, stack->limit});
        }
    });
}

// Relationships of items, and the observer that removes stacks once they are used up.
inventory_module::inventory_module(flecs::world& world) {
    world.module<inventory_module>("inventory");

    // What is in a chest goes away with the chest.
    world.component<ContainedBy>()
        .add(flecs::Exclusive)
        .add(flecs::OnDeleteTarget, flecs::Delete);
    world.component<Worn>()
        .add(flecs::Exclusive)
        .add(flecs::OneOf, world.component<Slot>());
    world.component<Weight>().add(flecs::OnInstantiate, flecs::Inherit);
    world.component<Drops>().add(flecs::OnInstantiate, flecs::DontInherit);

    // A stack that was emptied by its owner (drunk, eaten, thrown) is no item.
    world.observer<const Stack>("RemoveEmptyStack")
        .event(flecs::OnSet)
        .each([](flecs::entity item, const Stack& stack) {
            if (stack.count <= 0) {
                item.destruct();
            }
        });
}
