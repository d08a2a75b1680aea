using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Finding;

/// <summary>Keeps <see cref="AgentTaskFigures"/> up to date, and shows them to the directory.</summary>
internal sealed class AgentTaskService : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);

    /// <summary>A round takes this share of the time at most: where there is much to read, there are fewer rounds.</summary>
    private const int Share = 5;

    private readonly AgentTaskFigures figures;
    private readonly BackgroundLoops loops;
    private readonly TimeProvider time;
    private readonly bool isOn;

    public AgentTaskService(
        AgentTaskFigures figures, AgentDirectory directory, RegistryOptions options, BackgroundLoops loops, [RegistryTime] TimeProvider time)
    {
        this.figures = figures;
        this.loops = loops;
        this.time = time;
        isOn = options.AgentActivity;
        directory.Activities = isOn ? figures : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!isOn)
        {
            return;
        }

        var checkedAt = time.GetTimestamp();
        await loops.RunAsync("the figures of agents' tasks", RoundAsync, stoppingToken);

        async Task RoundAsync(CancellationToken token)
        {
            var began = time.GetTimestamp();
            await figures.ReadNewAsync(token);
            if (time.GetElapsedTime(checkedAt) > Seldom)
            {
                checkedAt = began;
                await figures.CheckAsync(token);
            }

            var took = time.GetElapsedTime(began) * (Share - 1);
            await Task.Delay(took > Often ? took : Often, time, token);
        }
    }
}
