using FsCheck;
using FsCheck.Fluent;

namespace OrleansRegistry.Directory.Tests;

public sealed class SortedSlotsTests
{
    [Fact]
    public void It_is_a_sorted_set_whatever_comes_and_goes()
    {
        var number = Gen.Choose(0, 3000);
        var steps = Gen.Zip(number, Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))).ArrayOf(4000);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(steps.ToArbitrary(), run =>
        {
            var slots = new SortedSlots();
            var plain = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var (value, isAdd) in run)
            {
                var id = $"{value}";
                if (isAdd)
                {
                    slots.Add(new AgentSlot(id));
                    plain.Add(id);
                }
                else
                {
                    slots.Remove(new AgentSlot(id));
                    plain.Remove(id);
                }
            }

            Assert.Equal(plain, slots.After(null).Select(slot => slot.Id));
            Assert.Equal(plain.Count, slots.Count);
            foreach (var after in new[] { "", "0", "15", "1500", "2999", "9", "a" })
            {
                Assert.Equal(plain.Where(id => string.CompareOrdinal(id, after) > 0), slots.After(after).Select(slot => slot.Id));
            }
        }));
    }

    [Fact]
    public void Readers_see_one_picture_while_a_writer_writes()
    {
        var slots = new SortedSlots();
        foreach (var i in Enumerable.Range(0, 2000))
        {
            slots.Add(new AgentSlot($"{i:0000}"));
        }

        using var reader = slots.After(null).GetEnumerator();
        Assert.True(reader.MoveNext());
        foreach (var i in Enumerable.Range(0, 2000).Where(i => i % 2 == 0))
        {
            slots.Remove(new AgentSlot($"{i:0000}"));
        }

        var seen = 1;
        while (reader.MoveNext())
        {
            seen++;
        }

        Assert.Equal(2000, seen);
        Assert.Equal(1000, slots.After(null).Count());
    }
}
