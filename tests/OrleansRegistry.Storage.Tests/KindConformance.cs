using Orleans.Storage;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <content>What holds for records of every kind, each for itself.</content>
public abstract partial class TaskConformance
{
    [Fact]
    public async Task Kinds_are_kept_apart_under_one_key()
    {
        var versions = new Dictionary<RecordKind, long>();
        foreach (var kind in Kinds.All)
        {
            versions[kind] = await Store.WriteAsync(kind, Key("same"), 0, Body($"{kind}"));
        }

        foreach (var kind in Kinds.All)
        {
            Assert.Equal(new StoredRecord(Key("same"), versions[kind], Body($"{kind}")), await Store.ReadAsync(kind, Key("same")));
        }

        foreach (var kind in Kinds.All)
        {
            await Store.DeleteAsync(kind, Key("same"), versions[kind]);
            Assert.Null(await Store.ReadAsync(kind, Key("same")));
            Assert.Equal(
                Kinds.All.Count(other => other.Number > kind.Number),
                await Kinds.All.ToAsyncEnumerable().CountAsync(async (other, token) => await Store.ReadAsync(other, Key("same"), token) is not null));
        }
    }

    [Fact]
    public async Task Only_agents_have_revisions_and_a_feed()
    {
        var revision = await Store.PutAsync("a", 0, "1");
        foreach (var kind in Kinds.All.Where(kind => kind != AgentKind.Kind))
        {
            var version = await Store.WriteAsync(kind, Key("x"), 0, Body("1"));
            await Store.DeleteAsync(kind, Key("x"), await Store.WriteAsync(kind, Key("x"), version, Body("2")));
            await Store.WriteAsync(kind, Key("y"), 0, Body("1"));
        }

        Assert.Equal(revision, await Store.CurrentRevisionAsync(AgentKind.Kind));
        Assert.Equal([new RecordChange(Key("a"), revision, Body("1"))], await Store.ChangesAsync(0));
        Assert.Equal(Key("a"), Assert.Single(await Store.AllAsync()).Key);
        Assert.Equal(revision + 1, await Store.PutAsync("b", 0, "1"));
    }

    [Fact]
    public async Task What_a_tenant_has_of_a_kind_is_counted_and_listed()
    {
        var longest = new string('x', 3_000);
        foreach (var kind in Kinds.All)
        {
            var gone = await Store.WriteAsync(kind, Key("gone"), 0, Body("1"));
            await Store.DeleteAsync(kind, Key("gone"), gone);
            var body = Body("12345");
            await Store.WriteAsync(kind, new RecordKey("else", "e"), 0, body);
            var written = new List<VersionedKey>();
            foreach (var id in (string[])["a\0", "b", longest])
            {
                written.Add(new VersionedKey(Key(id), await Store.WriteAsync(kind, Key(id), 0, body)));
            }

            Assert.Equal(
                new RecordUsage(3, 3L * (body.Document.Length + body.Fields.Length)), await Store.GetUsageAsync(kind, Key("a").Tenant));
            Assert.Equal(new RecordUsage(0, 0), await Store.GetUsageAsync(kind, "nobody"));
            var first = await Store.ListKeysAsync(kind, Key("a").Tenant, null, 2);
            Assert.Equal(2, first.Count);
            Assert.Equal(written.Order(ByKey), first.Concat(await Store.ListKeysAsync(kind, Key("a").Tenant, first[1].Key, 2)).Order(ByKey));
        }
    }

    private static readonly Comparer<VersionedKey> ByKey = Comparer<VersionedKey>.Create((a, b) => string.CompareOrdinal(a.Key.Id, b.Key.Id));

    public static TheoryData<string> OtherKinds => new(Kinds.All.Where(kind => kind != AgentKind.Kind).Select(kind => kind.Name));

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task Versions_of_every_kind_rise_also_over_a_deletion(string name)
    {
        var kind = Kinds.All.Single(kind => kind.Name == name);
        var body = new RecordBody(Json(" {\"b\" : 1.0e+2,\n\"a\":\"\\u0000ü🙂\", \"a\":2}"), Json("""{"x":"\u0000"}"""));
        var first = await Store.WriteAsync(kind, Key("a"), 0, body);
        Assert.Equal(new StoredRecord(Key("a"), first, body), await Store.ReadAsync(kind, Key("a")));
        var second = await Store.WriteAsync(kind, Key("a"), first, Body("2"));
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), first, Body("3")));
        Assert.Equal(($"{second}", $"{first}"), (conflict.StoredEtag, conflict.CurrentEtag));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), 0, Body("3")));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), first));
        Assert.Equal(Body("2"), (await Store.ReadAsync(kind, Key("a")))!.Body);

        var deleted = await Store.DeleteAsync(kind, Key("a"), second);
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.WriteAsync(kind, Key("a"), second, Body("3")));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), second));
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await Store.DeleteAsync(kind, Key("a"), 0));
        var again = await Store.WriteAsync(kind, Key("a"), 0, Body("4"));
        Assert.True(0 < first && first < second && second < deleted && deleted < again);
    }

    [Theory]
    [MemberData(nameof(OtherKinds))]
    public async Task A_counter_of_every_kind_raised_by_many_loses_no_step(string name)
    {
        var kind = Kinds.All.Single(kind => kind.Name == name);
        await Store.WriteAsync(kind, Key("a"), 0, Body("0"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < 25;)
            {
                var read = (await Store.ReadAsync(kind, Key("a")))!;
                try
                {
                    await Store.WriteAsync(kind, Key("a"), read.Version, Body($"{int.Parse(read.Body.Document.ToString().Split('"')[3]) + 1}"));
                    done++;
                }
                catch (InconsistentStateException)
                {
                    await Task.Yield();
                }
            }
        })));
        Assert.Equal(Body("200"), (await Store.ReadAsync(kind, Key("a")))!.Body);
    }

    [Fact]
    public async Task Many_writers_of_all_kinds_at_once_each_get_what_they_wrote()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(writer => Task.Run(async () =>
        {
            var (kind, key, version) = (Kinds.All[writer % Kinds.All.Count], Key($"k{writer}"), 0L);
            for (var i = 0; i < 30; i++)
            {
                var written = await Store.WriteAsync(kind, key, version, Body($"{writer}.{i}"));
                Assert.True(written > version);
                version = i % 10 == 9 ? await Store.DeleteAsync(kind, key, written) * 0 : written;
                var read = await Store.ReadAsync(kind, key);
                Assert.Equal(version == 0 ? null : new StoredRecord(key, version, Body($"{writer}.{i}")), read);
            }
        })));
    }
}
