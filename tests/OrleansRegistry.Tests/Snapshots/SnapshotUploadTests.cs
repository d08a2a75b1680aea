using OrleansRegistry.Objects;
using OrleansRegistry.Snapshots;
using static OrleansRegistry.Tests.Snapshots.SnapshotRegistry;

namespace OrleansRegistry.Tests.Snapshots;

public sealed class SnapshotUploadTests(SnapshotRegistry registry) : IClassFixture<SnapshotRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    private ISnapshotStore Snapshots => registry.Snapshots;

    [Fact]
    public async Task A_state_comes_in_parts_in_any_order_and_a_part_again()
    {
        var upload = await BeginAsync();
        var first = Json("[\"" + new string('p', UploadLimits.MinPartBytes));
        var last = Json("\",  1.50]");
        await PutAsync(upload, 2, Json("nonsense"));
        await PutAsync(upload, 2, last);
        Assert.Null(await Snapshots.GetAsync(caller, "a", upload.SnapshotId));
        await RefusedAsync(RegistryError.Invalid, () => Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId));
        await PutAsync(upload, 1, first);
        Assert.Equal(
            [new SnapshotPart(1, first.Length), new SnapshotPart(2, last.Length)], await Snapshots.ListPartsAsync(caller, "a", upload.SnapshotId));
        var saved = await Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId);
        Assert.Equal((upload.SnapshotId, 0, "in parts"), (saved.Id, saved.Index, saved.Description));
        Assert.Equal("[\"" + new string('p', UploadLimits.MinPartBytes) + "\",1.5]", await registry.LoadAsync(caller, saved));

        // The answer was lost.
        Assert.Equal(saved with { Repeated = true }, await Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId));
        await RefusedAsync(RegistryError.NotFound, () => PutAsync(upload, 3, last));
        Assert.DoesNotContain(registry.Objects.Files, file => file.Contains(upload.SnapshotId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_completion_that_was_cut_off_goes_on()
    {
        var upload = await BeginAsync();
        await PutAsync(upload, 1, Json("[1]"));
        registry.Store.BeforeWrite = (kind, _) =>
        {
            if (kind == SnapshotKind.Kind)
            {
                throw new RegistryException(RegistryError.Unavailable, "gone");
            }
        };
        await RefusedAsync(RegistryError.Unavailable, () => Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId));
        registry.Store.BeforeWrite = null;
        Assert.Equal("[1]", await registry.LoadAsync(caller, await Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId)));
    }

    [Fact]
    public async Task Parts_that_cannot_be_joined_are_told()
    {
        var upload = await BeginAsync();
        Assert.Contains("none yet", (await CompleteAsync(upload)).Message, StringComparison.Ordinal);
        await PutAsync(upload, 1, Json("[1"));
        await PutAsync(upload, 3, Json("]"));
        Assert.Contains("part 2 is missing", (await CompleteAsync(upload)).Message, StringComparison.Ordinal);
        await PutAsync(upload, 2, Json(",2"));
        Assert.Contains("part 1 has 2 bytes", (await CompleteAsync(upload)).Message, StringComparison.Ordinal);
        foreach (var number in (int[])[0, -1, 10_001])
        {
            await RefusedAsync(RegistryError.Invalid, () => PutAsync(upload, number, Json("1")));
        }
    }

    [Fact]
    public async Task A_state_that_is_no_JSON_ends_its_upload()
    {
        var upload = await BeginAsync();
        await PutAsync(upload, 1, Json("[1"));
        Assert.Equal(RegistryError.Invalid, (await CompleteAsync(upload)).Error);
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId));
        Assert.DoesNotContain(registry.Objects.Files, file => file.Contains(upload.SnapshotId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_is_its_owners_and_can_be_dropped()
    {
        var upload = await BeginAsync();
        await PutAsync(upload, 1, Json("[1]"));
        var bob = caller with { Subject = "bob", SeesAllOwners = true };
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.PutPartAsync(bob, "a", upload.SnapshotId, 1, new MemoryStream()));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.ListPartsAsync(bob, "a", upload.SnapshotId));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.CompleteUploadAsync(bob, "a", upload.SnapshotId));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.AbortUploadAsync(bob, "a", upload.SnapshotId));
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.ListPartsAsync(caller, "b", upload.SnapshotId));
        await Snapshots.AbortUploadAsync(caller, "a", upload.SnapshotId);
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.ListPartsAsync(caller, "a", upload.SnapshotId));
    }

    [Fact]
    public async Task An_upload_that_nobody_completes_is_dropped_after_a_day()
    {
        var named = caller with { IdempotencyKey = "begin" };
        var upload = await BeginAsync(named);
        Assert.Equal(upload, await BeginAsync(named));
        await PutAsync(upload, 1, Json("[1]"));
        registry.Time.Advance(TimeSpan.FromHours(23));
        await registry.Upkeep.DropUploadsAsync(default);
        Assert.Single(await Snapshots.ListPartsAsync(caller, "a", upload.SnapshotId));
        registry.Time.Advance(TimeSpan.FromHours(2));
        await registry.Upkeep.DropUploadsAsync(default);
        await RefusedAsync(RegistryError.NotFound, () => Snapshots.ListPartsAsync(caller, "a", upload.SnapshotId));
    }

    private Task<SnapshotUpload> BeginAsync(Caller? named = null) =>
        Snapshots.BeginUploadAsync(named ?? caller, new SnapshotSave { AgentId = "a", Description = "in parts" });

    private Task PutAsync(SnapshotUpload upload, int number, byte[] part) =>
        Snapshots.PutPartAsync(caller, "a", upload.SnapshotId, number, new MemoryStream(part));

    private Task<RegistryException> CompleteAsync(SnapshotUpload upload) =>
        RefusedAsync(RegistryError.Invalid, () => Snapshots.CompleteUploadAsync(caller, "a", upload.SnapshotId));

    private static async Task<RegistryException> RefusedAsync(RegistryError error, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.True(error == refused.Error, $"{refused.Error}: {refused.Message}");
        return refused;
    }
}
