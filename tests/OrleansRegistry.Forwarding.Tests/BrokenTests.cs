using System.Text.Json;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>Connections that break, agents that are away, and processes that end: nothing is lost, and nothing comes twice.</summary>
public sealed class BrokenTests(TwoRegistries registries)
{
    private readonly TestRegistry near = registries.Near;
    private readonly TestRegistry far = registries.Far;

    [Theory]
    [InlineData("1.0")]
    [InlineData("0.3")]
    public async Task A_stream_that_is_cut_again_and_again_loses_nothing(string version)
    {
        using var proxy = new CuttingProxy("127.0.0.1", far.Address.Port);
        var (agent, remote) = await PairAsync(proxy, version);
        var task = await near.SubmitAsync(agent);
        var there = await far.ClaimAsync(remote);
        for (var i = 0; i < 30; i++)
        {
            await far.UpdateAsync(there, null, null, new ArtifactUpdate(ArtifactUpdate.Text("log", $"<{i}>").Json, Append: i > 0));
            if (i % 7 == 3)
            {
                proxy.CutAll();
            }
        }

        proxy.CutAll();
        await far.UpdateAsync(there, TaskState.Completed, "end");
        var done = await near.WaitAsync(task.Id, TaskState.Completed);
        using var log = JsonDocument.Parse(Assert.Single(done.Artifacts).Utf8);
        var said = log.RootElement.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("text").GetString());
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"<{i}>"), said);
        Assert.Single((await far.GetAsync(there.Id)).History);
    }

    [Fact]
    public async Task An_agent_that_is_away_for_a_moment_gets_its_message()
    {
        using var proxy = new CuttingProxy("127.0.0.1", far.Address.Port) { Down = true };
        var (agent, remote) = await PairAsync(proxy);
        var task = await near.SubmitAsync(agent);
        await Task.Delay(30, TestRegistry.Cancellation);
        proxy.Down = false;
        await far.UpdateAsync(await far.ClaimAsync(remote), TaskState.Completed);
        await near.WaitAsync(task.Id, TaskState.Completed);
    }

    [Fact]
    public async Task An_agent_that_is_down_fails_the_message_with_its_reason()
    {
        using var proxy = new CuttingProxy("127.0.0.1", far.Address.Port);
        var (agent, _) = await PairAsync(proxy);
        proxy.Dispose();
        var task = await near.SubmitAsync(agent);
        var failed = await near.WaitAsync(task.Id, TaskState.Failed);
        Assert.Contains("The agent could not be connected to.", failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_goes_while_it_works_fails_the_task_after_the_time_that_is_set()
    {
        await using var impatient = await TestRegistry.StartAsync(configure: options => options.GiveUp = TimeSpan.FromSeconds(1));
        using var proxy = new CuttingProxy("127.0.0.1", far.Address.Port);
        var remote = await far.WorkAsync();
        var agent = await impatient.ForwardToAsync($"http://127.0.0.1:{proxy.Port}/a2a/{remote}");
        var task = await impatient.SubmitAsync(agent);
        await far.UpdateAsync(await far.ClaimAsync(remote), TaskState.Working, "busy");
        await impatient.WaitAsync(task.Id, known => known.Status.Message.ToString().Contains("busy", StringComparison.Ordinal));
        proxy.Dispose();
        var failed = await impatient.WaitAsync(task.Id, TaskState.Failed);
        Assert.Contains("The agent could not be connected to.", failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_process_leaves_goes_on_in_the_next_without_sending_anything_again()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory();
        try
        {
            var remote = await far.WorkAsync();
            TaskRecord task, there;
            await using (var first = await TestRegistry.StartAsync(folder.FullName))
            {
                var agent = await first.ForwardToAsync(new Uri(far.Address, $"a2a/{remote}").AbsoluteUri);
                task = await first.SubmitAsync(agent);
                there = await far.ClaimAsync(remote);
                await far.UpdateAsync(there, TaskState.Working, "busy");
                await first.WaitAsync(task.Id, known => known.Status.Message.ToString().Contains("busy", StringComparison.Ordinal));
            }

            await far.UpdateAsync(there, null, null, ArtifactUpdate.Text("result", "meanwhile"));
            await using var second = await TestRegistry.StartAsync(folder.FullName);
            await far.UpdateAsync(there, TaskState.Completed, "done");
            var done = await second.WaitAsync(task.Id, TaskState.Completed);
            Assert.Contains("meanwhile", Assert.Single(done.Artifacts).ToString(), StringComparison.Ordinal);
            Assert.Single((await far.GetAsync(there.Id)).History, message => message.ToString().Contains("hello", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(string Near, string Far)> PairAsync(CuttingProxy proxy, string version = "1.0")
    {
        var remote = await far.WorkAsync();
        return (await near.ForwardToAsync($"http://127.0.0.1:{proxy.Port}/a2a/{remote}", version: version), remote);
    }
}
