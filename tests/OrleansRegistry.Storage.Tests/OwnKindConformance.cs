using System.Text.Json;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>
/// A kind that no store has heard of, with a column of each type: its tables come from the migration that <see cref="KindSchema"/> prints, and all
/// else from its declaration. Every store runs it.
/// </summary>
public abstract class OwnKindConformance : StoreTestBase
{
    private static readonly RecordColumn Room = RecordColumn.Text("room", required: true);
    private static readonly RecordColumn Phase = RecordColumn.Text("phase", required: true);
    private static readonly RecordColumn At = RecordColumn.Time("at", required: true);
    private static readonly RecordColumn Weight = RecordColumn.Number("weight");
    private static readonly RecordColumn Alarm = RecordColumn.Flag("alarm");
    private static readonly RecordColumn Serial = RecordColumn.Text("serial");
    private static readonly RecordColumn Due = RecordColumn.Time("due");
    private static readonly RecordColumn Notes = RecordColumn.Json("notes");

    private static readonly DateTimeOffset Start = new(2026, 5, 6, 7, 8, 9, TimeSpan.Zero);

    /// <summary>What the test declares; it is in no product.</summary>
    public static RecordKind Parcel { get; } = new()
    {
        Number = 200,
        Name = "parcel",
        Table = "parcel_records",
        Columns = [Room, Phase, At, Weight, Alarm, Serial, Due, Notes],
        Orders = [new RecordOrder(At, Second: "at_second"), new RecordOrder(Due)],
        Lane = new RecordLane(Phase, ["new", "open", "shut"]),
        Groups = [Room],
        Due = [Due],
        Unique = [[Serial]],
    };

    [Fact]
    public async Task Columns_are_read_from_the_fields_and_lists_find_by_them()
    {
        var version = await PutAsync("a", 1, "new", "hall", weight: 5);
        await PutAsync("b", 2, "open", "hall", weight: 7, alarm: true);
        await PutAsync("c", 3, "open", "attic", due: 50);
        await PutAsync("d", 4, "shut", "hall", weight: 9, due: 90);
        await Store.WriteAsync(Parcel, Key("odd"), 0, new RecordBody(Json("1"), Json("""{"room":"hall"}""")));

        Assert.Equal("d b a", await IdsAsync(Room.Is("hall")));
        Assert.Equal("c b", await IdsAsync(Phase.IsOneOf(["open"])));
        Assert.Equal("d b", await IdsAsync(Room.Is("hall"), Phase.IsOneOf(["open", "shut"])));
        Assert.Equal("d b", await IdsAsync(Weight.IsFrom(6)));
        Assert.Equal("a", await IdsAsync(Weight.IsBefore(6), Room.IsNot("attic")));
        Assert.Equal("b", await IdsAsync(Alarm.IsSet()));
        Assert.Equal("b", await IdsAsync(Weight.Is(7)));
        Assert.Equal("c", await IdsAsync(Due.IsBefore(Start.AddSeconds(60))));
        Assert.Equal("d c", await IdsAsync(At.IsFrom(Start.AddSeconds(3))));
        Assert.Equal("", await IdsAsync(Phase.IsOneOf([])));

        await PutAsync("a", 9, "shut", "attic", version: version);
        Assert.Equal("a c", await IdsAsync(Room.Is("attic")));
        Assert.Equal("d b", await IdsAsync(Room.Is("hall")));
    }

    [Fact]
    public async Task Lists_go_by_any_order_that_is_declared()
    {
        await PutAsync("a", 1, "new", "hall", due: 30);
        await PutAsync("b", 2, "open", "hall", due: 10);
        await PutAsync("c", 3, "new", "hall");
        var byDue = new RecordQuery(Parcel, "acme") { OrderBy = Due, OldestFirst = true };
        Assert.Equal(["b", "a"], (await Store.QueryKeysAsync(byDue, null, 10)).Select(found => found.Key.Id));
        Assert.Equal(Start.AddSeconds(10), (await Store.QueryKeysAsync(byDue, null, 1)).Single().At);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await Store.QueryAsync(new RecordQuery(Parcel, "acme") { OrderBy = Weight }, null, 10));
    }

    [Fact]
    public async Task Pages_and_groups_follow_the_order()
    {
        for (var i = 0; i < 30; i++)
        {
            await PutAsync($"p{i:D2}", i / 3, i % 2 == 0 ? "new" : "shut", i % 5 == 0 ? "attic" : "hall");
        }

        var seen = new List<string>();
        RecordPosition? after = null;
        while (await Store.QueryAsync(new RecordQuery(Parcel, "acme"), after, 7) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(listed => listed.Record.Key.Id));
            after = page[^1].Position;
        }

        Assert.Equal(Enumerable.Range(0, 30).Reverse().Select(i => $"p{i:D2}"), seen);
        var groups = await Store.GroupAsync(new RecordQuery(Parcel, "acme"), Room, ["hall", "cellar", "attic"], first: 2);
        Assert.Equal([24, 0, 6], groups.Select(group => group.Count));
        Assert.Equal(["p29,p28", "", "p25,p20"], groups.Select(group => string.Join(',', group.First.Select(key => key.Id))));
        var phases = await Store.GroupAsync(new RecordQuery(Parcel, Tenant: null).And(Room.Is("attic")), Phase, ["shut", "new"], first: 1);
        Assert.Equal([new RecordKey("acme", "p25"), new RecordKey("acme", "p20")], phases.SelectMany(group => group.First));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.GroupAsync(new RecordQuery(Parcel, "acme"), TaskKind.Owner, ["o"], 1));
    }

    [Fact]
    public async Task No_two_records_of_a_tenant_share_what_is_unique()
    {
        await PutAsync("a", 1, "new", "hall", serial: "s1");
        var other = await PutAsync("b", 2, "new", "hall", serial: "s2");
        await PutAsync("c", 3, "new", "hall");
        await PutAsync("d", 4, "new", "hall");
        var writes = new[] { ("e", 0L, "s1"), ("b", other, "s1"), ("f", 0L, "s3") }.Select(async write =>
        {
            try
            {
                await PutAsync(write.Item1, 5, "open", "hall", serial: write.Item3, version: write.Item2);
                return RegistryError.Invalid;
            }
            catch (RegistryException refusal)
            {
                return refusal.Error;
            }
        });
        Assert.Equal([RegistryError.Conflict, RegistryError.Conflict, RegistryError.Invalid], await Task.WhenAll(writes));
        Assert.Equal("f d c b a", await IdsAsync());
        await Store.WriteAsync(Parcel, Key("a", "other"), 0, Body(1, "new", "hall", serial: "s1"));
    }

    [Fact]
    public async Task A_scan_goes_on_after_a_key()
    {
        foreach (var id in (string[])["c", "a", "b", new string('x', 10_000), "d"])
        {
            await PutAsync(id, 1, "new", "hall");
        }

        var all = await (await Store.ScanAsync(Parcel, new RecordKey("", ""))).Records.ToListAsync();
        Assert.Equal(["a", "b", "c", "d", new string('x', 10_000)], all.Select(record => record.Key.Id));
        Assert.Equal(["c", "d"], await (await Store.ScanAsync(Parcel, all[1].Key)).Records.Take(2).Select(record => record.Key.Id).ToListAsync());
        Assert.Equal(5, await (await Store.ScanAsync(Parcel)).Records.CountAsync());
        Assert.Equal(0, (await Store.ScanAsync(Parcel)).Revision);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ReadChangesAsync(Parcel, 0));
    }

    [Fact]
    public void A_condition_that_does_not_fit_its_column_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Room.IsSet());
        Assert.Throws<InvalidOperationException>(() => At.Is("x"));
        Assert.Throws<InvalidOperationException>(() => Notes.Is("x"));
    }

    private async Task<string> IdsAsync(params RecordCondition[] conditions) =>
        string.Join(' ', (await Store.QueryKeysAsync(new RecordQuery(Parcel, "acme").And(conditions), null, 100)).Select(found => found.Key.Id));

    private ValueTask<long> PutAsync(
        string id,
        int at,
        string phase,
        string room,
        int? weight = null,
        bool alarm = false,
        int? due = null,
        string? serial = null,
        long version = 0) =>
        Store.WriteAsync(Parcel, Key(id), version, Body(at, phase, room, weight, alarm, due, serial));

    private static RecordBody Body(
        int at,
        string phase,
        string room,
        int? weight = null,
        bool alarm = false,
        int? due = null,
        string? serial = null) => new(
        Json("""{"a":"parcel"}"""),
        Fields(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["room"] = room, ["phase"] = phase, ["at"] = Start.AddSeconds(at), ["weight"] = weight, ["alarm"] = alarm ? true : null,
            ["due"] = due is { } end
        ? Start.AddSeconds(end)
        : null, ["serial"] = serial, ["notes"] = new { x = new[] { 1 } }, ["unknown"] = new { y = 2 },
        }));

    private static RawJson Fields(Dictionary<string, object?> members) =>
        RawJson.FromValid(JsonSerializer.SerializeToUtf8Bytes(members.Where(member => member.Value is not null).ToDictionary()));
}
