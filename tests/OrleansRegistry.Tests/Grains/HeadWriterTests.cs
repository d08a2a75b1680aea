using System.Globalization;
using System.Text.Json;
using Orleans.Storage;

namespace OrleansRegistry.Tests.Grains;

public sealed class HeadWriterTests
{
    private readonly SharedState stored = new();
    private long history;
    private int ended;

    [Fact]
    public async Task What_is_refused_or_changes_nothing_is_confirmed_by_one_read_and_written_nowhere()
    {
        var writer = Writer();
        await Set(writer, "a");
        await Assert.ThrowsAsync<RegistryException>(() => Refuse(writer));
        Assert.Equal("a", await Keep(writer));
        Assert.Equal((1, 2, 0), (stored.Writes, stored.Reads, ended));
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_neither_refuses_nor_confirms()
    {
        foreach (var call in (Func<HeadWriter<Named>, Task>[])[Refuse, Keep, writer => Set(writer, "b")])
        {
            var (overtaken, other) = (Writer(), Writer());
            await Set(other, "a");
            ended = 0;
            await Assert.ThrowsAsync<InconsistentStateException>(() => call(overtaken));
            Assert.Equal((1, true), (ended, overtaken.IsBroken));
            await Assert.ThrowsAsync<InconsistentStateException>(() => Keep(overtaken));
            Assert.Equal("a", stored.Head!.Name);
            stored.Head = null;
        }
    }

    [Fact]
    public async Task An_activation_whose_state_another_deleted_or_made_anew_is_overtaken_too()
    {
        var first = Writer();
        await Set(first, "a");
        await Writer().ChangeAsync<bool>(_ => new(null, true));
        Assert.False(await first.IsCurrentAsync());
        await Set(Writer(), "a");
        Assert.False(await first.IsCurrentAsync());
        Assert.True(await Writer().IsCurrentAsync());
    }

    [Fact]
    public async Task Where_nobody_else_can_write_nothing_is_read()
    {
        var writer = Writer(isShared: false);
        await Assert.ThrowsAsync<RegistryException>(() => Refuse(writer));
        Assert.Null(await Keep(writer));
        Assert.Equal((0, 0), (stored.Writes, stored.Reads));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_write_of_unknown_outcome_nobody_is_told_what_it_would_have_made(bool isStored)
    {
        var writer = Writer();
        await Set(writer, "a");
        var told = false;
        (stored.Fault, stored.FaultIsAfter) = (new IOException("The connection was lost."), isStored);
        var write = writer.ChangeAsync(_ => new Changed<Named, bool>(new Named("b"), true, () => told = true));
        await Assert.ThrowsAsync<IOException>(() => write);
        stored.Fault = null;

        Assert.Equal(("a", false, 1, true), (writer.Head!.Name, told, ended, writer.IsBroken));
        await Assert.ThrowsAsync<IOException>(() => Keep(writer));
        Assert.Equal(isStored ? "b" : "a", await Keep(Writer()));
    }

    [Fact]
    public async Task What_comes_during_a_write_goes_into_the_next_one_together()
    {
        var writer = Writer();
        var open = stored.Hold();
        var first = Set(writer, "0");
        var later = Enumerable.Range(1, 50)
            .Select(i => writer.ChangeAsync(head => new Changed<Named, string>(new Named($"{head!.Name},{i}"), head.Name)))
            .ToArray();
        var refused = Refuse(writer);
        Assert.Null(writer.Head);
        open.SetResult();
        await first;
        Assert.Equal("0", await later[0]);
        await Task.WhenAll(later);
        await Assert.ThrowsAsync<RegistryException>(() => refused);
        Assert.Equal((2, $"0,{string.Join(',', Enumerable.Range(1, 50))}"), (stored.Writes, stored.Head!.Name));
    }

    [Fact]
    public async Task What_one_change_throws_is_its_callers_alone()
    {
        var writer = Writer();
        var open = stored.Hold();
        var first = Set(writer, "0");
        var before = writer.ChangeAsync(head => new Changed<Named, bool>(new Named(head!.Name + ",1"), true));
        var faulty = writer.ChangeAsync<bool>(_ => throw new JsonException("Not what was expected."));
        var after = writer.ChangeAsync(head => new Changed<Named, bool>(new Named(head!.Name + ",2"), true));
        open.SetResult();
        await Task.WhenAll(first, before, after);
        await Assert.ThrowsAsync<JsonException>(() => faulty);

        // What it did before it threw is not known: the activation ends once nobody calls it.
        Assert.Equal(("0,1,2", false, 1), (stored.Head!.Name, writer.IsBroken, ended));
        await Set(writer, "3");
        Assert.Equal("3", stored.Head!.Name);
    }

    [Fact]
    public async Task A_callback_that_throws_holds_nobody_up()
    {
        var writer = Writer();
        var open = stored.Hold();
        var first = Set(writer, "0");
        var told = 0;
        var before = writer.ChangeAsync(_ => new Changed<Named, bool>(new Named("1"), true, () => told++));
        var faulty = writer.ChangeAsync(
            _ => new Changed<Named, bool>(new Named("2"), true, () => throw new InvalidOperationException("Nobody listens.")));
        var after = writer.ChangeAsync(_ => new Changed<Named, bool>(new Named("3"), true, () => told++));
        open.SetResult();
        await Task.WhenAll(first, before, after);
        await Assert.ThrowsAsync<InvalidOperationException>(() => faulty);
        Assert.Equal(("3", 2, 1), (stored.Head!.Name, told, ended));

        // Its caller may not have been told all: calls go on elsewhere.
        var fault = await Assert.ThrowsAsync<InconsistentStateException>(() => Keep(writer));
        Assert.IsType<InvalidOperationException>(fault.InnerException);
        Assert.Equal("3", await Keep(Writer()));
    }

    [Fact]
    public async Task What_was_read_before_the_storage_went_back_is_neither_told_nor_written()
    {
        var writer = Writer();
        await Set(writer, "lost");
        var writes = stored.Writes;
        stored.Head = new Named("restored");
        history++;
        Assert.Throws<InconsistentStateException>(() => writer.Head);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Keep(writer));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Set(writer, "more"));
        Assert.Equal((writes, true), (stored.Writes, writer.IsBroken));
        Assert.True(ended > 0);
        Assert.Equal("restored", await Keep(Writer()));
    }

    [Fact]
    public async Task So_is_what_waits_for_a_write_meanwhile()
    {
        var writer = Writer();
        var open = stored.Hold();
        var (first, second) = (Set(writer, "1"), Set(writer, "2"));
        history++;
        open.SetResult();
        await first;
        await Assert.ThrowsAsync<InconsistentStateException>(() => second);
        Assert.Equal("1", stored.Head!.Name);
    }

    private HeadWriter<Named> Writer(bool isShared = true)
    {
        var writer = new HeadWriter<Named>(new HeadStorage(stored, isShared, () => history), "named", default, () => ended++);
        Assert.True(writer.StartAsync().IsCompletedSuccessfully);
        stored.Reads = 0;
        return writer;
    }

    private static Task<bool> Set(HeadWriter<Named> writer, string name) => writer.ChangeAsync(_ => new Changed<Named, bool>(new Named(name), true));

    private static Task<string?> Keep(HeadWriter<Named> writer) => writer.ChangeAsync(head => new Changed<Named, string?>(head, head?.Name));

    private static Task<bool> Refuse(HeadWriter<Named> writer) =>
        writer.ChangeAsync<bool>(_ => throw new RegistryException(RegistryError.Conflict, "No."));

    private sealed record Named(string Name);

    /// <summary>What all activations of one grain write to.</summary>
    private sealed class SharedState : IGrainStorage
    {
        private Named? head;
        private long version;
        private Task open = Task.CompletedTask;

        public Named? Head
        {
            get => head;
            set => (head, version) = (value, version + 1);
        }

        private string? ETag => head is null ? null : version.ToString(CultureInfo.InvariantCulture);

        public int Reads { get; set; }

        public int Writes { get; private set; }

        public Exception? Fault { get; set; }

        public bool FaultIsAfter { get; set; }

        /// <summary>Writes wait until this is set.</summary>
        public TaskCompletionSource Hold()
        {
            var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            open = source.Task;
            return source;
        }

        private async Task Write<T>(IGrainState<T> state, Named? next)
        {
            await open;
            if ((state.RecordExists ? state.ETag : null) != ETag)
            {
                throw new InconsistentStateException("Another version is stored.", ETag ?? "", state.ETag ?? "");
            }

            if (Fault is { } before && !FaultIsAfter)
            {
                throw before;
            }

            (Head, Writes) = (next, Writes + 1);
            if (Fault is { } after)
            {
                throw after;
            }

            (state.ETag, state.RecordExists) = (ETag!, next is not null);
        }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            Reads++;
            (grainState.State, grainState.ETag, grainState.RecordExists) = ((T)(object)new HeadState<Named> { Head = head }, ETag!, head is not null);
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
            Write(grainState, ((HeadState<Named>)(object)grainState.State!).Head);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Write(grainState, null);
    }
}
