using Microsoft.Extensions.Options;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Artifacts of a task over HTTP: in pages and one by one.</summary>
public sealed class TaskArtifactTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task Artifacts_are_read_in_pages_and_one_by_one()
    {
        var task = await client.SubmitAsync();
        var id = task.Text("id");
        const string Second = """{"artifactId":"b/é", "parts":[{"text":"2"}],"n":1.0}""";
        await client.PatchAsync(
            task,
            $$"""{"artifacts":[{"artifactId":"a","parts":[{"text":"1"}]},{{Second}},{"artifactId":"c","parts":[{"text":"3"}]}]}""");

        var page = await client.GetAsync($"/tasks/{id}/artifacts?page_size=2");
        Assert.Equal(
            (2, 3, 0),
            (page.GetProperty("artifacts").GetArrayLength(), page.GetProperty("totalSize").GetInt32(), page.GetProperty("first").GetInt32()));
        Assert.Equal(Second, page.GetProperty("artifacts")[1].GetRawText());
        var next = await client.GetAsync($"/tasks/{id}/artifacts?pageToken={page.Text("nextPageToken")}");
        Assert.Equal(("c", ""), (next.GetProperty("artifacts")[0].Text("artifactId"), next.Text("nextPageToken")));
        Assert.Equal(Second, (await client.GetAsync($"/tasks/{id}/artifacts/b%2F%C3%A9")).GetRawText());
        foreach (var (path, status) in (IEnumerable<(string, int)>)
            [
                ($"/tasks/{id}/artifacts/none", 404), ("/tasks/none/artifacts", 404), ($"/tasks/{id}/artifacts?page_size=0", 400),
                ($"/tasks/{id}/artifacts?page_token=AAAA", 400), ($"/tasks/{id}/artifacts/a?x=1", 400),
            ])
        {
            await (await client.SendAsync("GET", path)).ProblemAsync(status);
        }
    }

    [Theory]
    [InlineData(64 * 1024, 1024 * 1024, "REGISTRY_MAX_MESSAGE_BYTES", "REGISTRY_MAX_TASK_BODY_BYTES")]
    [InlineData(1024 * 1024, 64 * 1024, "REGISTRY_MAX_CARD_BYTES", "REGISTRY_MAX_BODY_BYTES")]
    public async Task Bodies_that_have_no_room_for_what_the_registry_takes_stop_the_start(int taskBody, int body, string first, string second)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var gateway = await RestHost.StartAsync(options => (options.MaxTaskBodyBytes, options.MaxBodyBytes) = (taskBody, body));
        });
        Assert.Contains(first, fault.Message);
        Assert.Contains(second, fault.Message);
    }
}
