using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Orleans.Storage;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Grains;

public sealed class RecordGrainStorageTests : IAsyncLifetime
{
    private static readonly RecordStateCodec<Counter> Codec = new(
        "counter",
        AgentKind.Kind,
        counter => new RecordBody(RawJson.FromValid(JsonSerializer.SerializeToUtf8Bytes(counter)), default),
        record => JsonSerializer.Deserialize<Counter>(record.Body.Document.Span)!);

    private readonly LossyStore store = new(TestStores.InMemory());
    private readonly RecordGrainStorage storage;

    public RecordGrainStorageTests() =>
        storage = new RecordGrainStorage(store, [Codec], new UnreadableRecords(NullLogger<UnreadableRecords>.Instance));

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    [Fact]
    public async Task A_state_that_is_not_stored_reads_as_a_fresh_one()
    {
        var state = new GrainState<Counter>(new Counter { Value = 7 }, "12") { RecordExists = true };
        await ReadAsync("t/acme/a", state);
        Assert.Equal((0, null, false), (state.State!.Value, state.ETag, state.RecordExists));
    }

    [Fact]
    public async Task What_is_written_reads_back_with_its_version_as_ETag()
    {
        var written = new GrainState<Counter>(new Counter { Value = 1 });
        await WriteAsync("t/acme/a", written);
        written.State!.Value = 2;
        await WriteAsync("t/acme/a", written);
        Assert.Equal(("2", true), (written.ETag, written.RecordExists));

        var read = new GrainState<Counter>(new Counter());
        await ReadAsync("t/acme/a", read);
        Assert.Equal((2, "2", true), (read.State!.Value, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task A_versioned_state_is_told_numbers_and_believed()
    {
        var state = new Numbered { State = new Counter { Value = 1 } };
        await WriteAsync("t/acme/a", state);
        await WriteAsync("t/acme/a", state);
        Assert.Equal((2, true), (state.Version, state.RecordExists));

        state.Version = 1;
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("t/acme/a", state));
        await ReadAsync("t/acme/a", state);
        Assert.Equal((2, true), (state.Version, state.RecordExists));

        await ClearAsync("t/acme/a", state);
        Assert.Equal((3, false), (state.Version, state.RecordExists));
        await ReadAsync("t/acme/a", state);
        Assert.Equal((0, false), (state.Version, state.RecordExists));
    }

    [Theory]
    [InlineData("t/acme/a", "acme", "a")]
    [InlineData("t/acme/", "acme", "")]
    [InlineData("t//a", "", "a")]
    [InlineData("t/acme/a/b//c 🙂", "acme", "a/b//c 🙂")]
    public async Task The_key_is_tenant_and_id(string grainKey, string tenant, string id)
    {
        await WriteAsync(grainKey, new GrainState<Counter>(new Counter()));
        Assert.NotNull(await store.ReadAsync(AgentKind.Kind, Key(id, tenant)));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("t/acme")]
    [InlineData("x/acme/a")]
    public async Task Another_form_of_key_is_refused(string grainKey) =>
        await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(grainKey, new GrainState<Counter>(new Counter())));

    [Fact]
    public async Task The_second_of_two_activations_loses_and_keeps_its_ETag()
    {
        var (first, second) = (new GrainState<Counter>(new Counter()), new GrainState<Counter>(new Counter()));
        await WriteAsync("t/acme/a", first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("t/acme/a", second));
        Assert.Null(second.ETag);

        await ReadAsync("t/acme/a", second);
        await WriteAsync("t/acme/a", second);
        await Assert.ThrowsAsync<InconsistentStateException>(() => ClearAsync("t/acme/a", first));
        Assert.Equal("1", first.ETag);
    }

    [Fact]
    public async Task Clear_deletes_and_leaves_a_fresh_state_that_can_be_written_again()
    {
        var state = new GrainState<Counter>(new Counter { Value = 5 });
        await WriteAsync("t/acme/a", state);
        await ClearAsync("t/acme/a", state);
        Assert.Equal((0, "2", false), (state.State!.Value, state.ETag, state.RecordExists));
        Assert.Null(await store.GetAsync("a"));

        await WriteAsync("t/acme/a", state);
        Assert.Equal("3", state.ETag);
    }

    [Fact]
    public async Task Clear_of_what_was_never_stored_does_nothing_unless_another_stored_it()
    {
        await ClearAsync("t/acme/a", new GrainState<Counter>(new Counter()));
        Assert.Equal(0, await store.CurrentRevisionAsync(AgentKind.Kind));

        await WriteAsync("t/acme/a", new GrainState<Counter>(new Counter()));
        await Assert.ThrowsAsync<InconsistentStateException>(() => ClearAsync("t/acme/a", new GrainState<Counter>(new Counter())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_unknown_outcome_is_looked_up(bool stored)
    {
        var state = new GrainState<Counter>(new Counter { Value = 1 });
        store.Lose(beforeStoring: !stored);
        if (stored)
        {
            await WriteAsync("t/acme/a", state);
            Assert.Equal(("1", true), (state.ETag, state.RecordExists));
        }
        else
        {
            var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("t/acme/a", state));
            Assert.IsType<RecordOutcomeUnknownException>(lost.InnerException);
            Assert.Null(state.ETag);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clear_of_unknown_outcome_is_looked_up(bool stored)
    {
        var state = new GrainState<Counter>(new Counter { Value = 1 });
        await WriteAsync("t/acme/a", state);
        store.Lose(beforeStoring: !stored);
        var clear = ClearAsync("t/acme/a", state);
        if (stored)
        {
            await clear;
            Assert.False(state.RecordExists);
        }
        else
        {
            await Assert.ThrowsAsync<InconsistentStateException>(() => clear);
            Assert.Equal("1", state.ETag);
        }
    }

    [Fact]
    public async Task A_foreign_ETag_is_refused() => await Assert.ThrowsAsync<ArgumentException>(
        () => WriteAsync("t/acme/a", new GrainState<Counter>(new Counter(), "not-a-number") { RecordExists = true }));

    [Fact]
    public async Task A_state_without_a_codec_is_named()
    {
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(
            () => storage.ReadStateAsync("other", GrainId.Create("counter", "t/acme/a"), new GrainState<Counter>(new Counter())));
        Assert.Contains("'other'", missing.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => storage.ReadStateAsync("counter", GrainId.Create("counter", "t/acme/a"), new GrainState<string>("")));
    }

    [Fact]
    public void Is_registered_under_its_name()
    {
        using var provider = new ServiceCollection()
            .AddSingleton<IRecordStore>(store)
            .AddSingleton(new UnreadableRecords(NullLogger<UnreadableRecords>.Instance))
            .AddRecordStateCodec(Codec)
            .AddRecordGrainStorage("registry")
            .BuildServiceProvider();
        Assert.IsType<RecordGrainStorage>(provider.GetRequiredKeyedService<IGrainStorage>("registry"));
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private Task ReadAsync(string key, IGrainState<Counter> state) => storage.ReadStateAsync("counter", GrainId.Create("counter", key), state);

    private Task WriteAsync(string key, IGrainState<Counter> state) => storage.WriteStateAsync("counter", GrainId.Create("counter", key), state);

    private Task ClearAsync(string key, IGrainState<Counter> state) => storage.ClearStateAsync("counter", GrainId.Create("counter", key), state);

    public sealed class Counter
    {
        public int Value { get; set; }
    }

    private sealed class Numbered : IGrainState<Counter>, IVersioned
    {
        public Counter? State { get; set; }

        public bool RecordExists { get; set; }

        public long Version { get; set; }

        string? IGrainState<Counter>.ETag
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }
    }

    /// <summary>Loses the connection at a commit, before or after it was done.</summary>
    private sealed class LossyStore(IRecordStore inner) : DelegatingStore(inner)
    {
        private bool? loseBefore;

        public void Lose(bool beforeStoring) => loseBefore = beforeStoring;

        public override ValueTask<long> WriteAsync(
            RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default) =>
            CommitAsync(() => base.WriteAsync(kind, key, expectedVersion, body, cancellationToken));

        public override ValueTask<long> DeleteAsync(
            RecordKind kind,
            RecordKey key,
            long expectedVersion,
            CancellationToken cancellationToken = default) =>
            CommitAsync(() => base.DeleteAsync(kind, key, expectedVersion, cancellationToken));

        private async ValueTask<long> CommitAsync(Func<ValueTask<long>> commit)
        {
            if (loseBefore == true)
            {
                throw new RecordOutcomeUnknownException("lost before");
            }

            var version = await commit();
            return loseBefore is null ? version : throw new RecordOutcomeUnknownException("lost after");
        }
    }
}
