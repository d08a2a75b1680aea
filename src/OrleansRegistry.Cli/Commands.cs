using System.CommandLine;
using System.CommandLine.Help;
using OrleansRegistry.Cli.Agents;
using OrleansRegistry.Cli.Backups;
using OrleansRegistry.Cli.Contexts;
using OrleansRegistry.Cli.Data;
using OrleansRegistry.Cli.Database;
using OrleansRegistry.Cli.Instances;
using OrleansRegistry.Cli.Mcp;
using OrleansRegistry.Cli.Service;
using OrleansRegistry.Cli.Snapshots;
using OrleansRegistry.Cli.Subscriptions;
using OrleansRegistry.Cli.Tasks;
using OrleansRegistry.Cli.Trust;

namespace OrleansRegistry.Cli;

/// <summary>Every command. A new one is a file with a <see cref="RegistryCommand"/>, and a line here.</summary>
internal static class Commands
{
    public const string Name = "registry";

    private static IEnumerable<Command> All =>
    [
        new StatusCommand(),
        new CommandGroup(
            "agents",
            "Registers, finds and removes agents.",
            new AgentRegisterCommand(),
            new AgentAddCommand(),
            new AgentImportCommand(),
            new AgentRefreshCommand(),
            new AgentGetCommand(),
            new AgentListCommand(),
            new AgentSearchCommand(),
            new AgentMatchCommand(),
            new AgentSimilarCommand(),
            new AgentLookupCommand(),
            new AgentCountCommand(),
            new AgentRemoveCommand(),
            new AgentEnableCommand(),
            new AgentDisableCommand(),
            new AgentActivateCommand(),
            new AgentDeprecateCommand(),
            new AgentRetireCommand(),
            new AgentShareCommand(),
            new AgentVersionsCommand(),
            new AgentDiffCommand(),
            new AgentRollbackCommand(),
            new AgentLabelCommand(),
            new AgentHeartbeatCommand(),
            new AgentProbeCommand(),
            new AgentVerifyCommand(),
            new AgentWatchCommand()),
        new CommandGroup(
            "instances",
            "Says where agents run, and chooses one of the places.",
            new InstancePutCommand(),
            new InstanceListCommand(),
            new InstanceChooseCommand(),
            new InstanceRemoveCommand()),
        new CommandGroup(
            "drafts",
            "Writes cards that are to take the place of agents' cards.",
            new DraftPutCommand(),
            new DraftShowCommand(),
            new DraftPublishCommand(),
            new DraftRemoveCommand()),
        new CommandGroup("tasks", "Shows tasks.", new TaskListCommand(), new TaskShowCommand(), new TaskTailCommand()),
        new CommandGroup("contexts", "Shows contexts.", new ContextListCommand(), new ContextShowCommand(), new ContextTailCommand()),
        new CommandGroup(
            "grants",
            "Lets others see agents and send them messages.",
            new GrantGiveCommand(),
            new GrantRequestCommand(),
            new GrantListCommand(),
            new GrantApproveCommand(),
            new GrantRevokeCommand()),
        new CommandGroup(
            "domains",
            "Proves that domains are yours.",
            new DomainBeginCommand(),
            new DomainVerifyCommand(),
            new DomainListCommand(),
            new DomainRemoveCommand()),
        new CommandGroup("trust", "Says what is asked of cards, and how far owners and extensions are trusted.", new CardPolicyCommand()),
        new CommandGroup(
            "tenants",
            "Makes, suspends, limits and erases tenants.",
            new TenantCreateCommand(),
            new TenantListCommand(),
            new TenantShowCommand(),
            new TenantSuspendCommand(),
            new TenantResumeCommand(),
            new TenantLimitCommand(),
            new TenantEraseCommand()),
        new CommandGroup(
            "keys",
            "Makes, rotates and takes back API keys.",
            new KeyCreateCommand(),
            new KeyListCommand(),
            new KeyShowCommand(),
            new KeyRotateCommand(),
            new KeyRevokeCommand()),
        new CommandGroup(
            "users",
            "Makes, changes and removes users who log in.",
            new UserCreateCommand(),
            new UserListCommand(),
            new UserShowCommand(),
            new UserChangeCommand(),
            new UserPasswordCommand(),
            new UserLogoutCommand(),
            new UserRemoveCommand()),
        new LoginCommand(),
        new LogoutCommand(),
        new WhoamiCommand(),
        new CommandGroup(
            "reviews",
            "Decides new agents and cards that wait for it.",
            new ReviewListCommand(),
            new ReviewShowCommand(),
            new ReviewApproveCommand(),
            new ReviewRejectCommand(),
            new ReviewPolicyCommand()),
        new CommandGroup(
            "subscriptions",
            "Tells others by HTTP what happens to agents.",
            new SubscriptionAddCommand(),
            new SubscriptionListCommand(),
            new SubscriptionRemoveCommand()),
        new CommandGroup(
            "audit", "Shows who changed what.", new AuditListCommand(), new AuditExportCommand(), new AuditAnchorCommand()),
        new ExportCommand(),
        new ImportCommand(),
        new MigrateCommand(),
        new SeedCommand(),
        new BackupCommand(),
        new BackupListCommand(),
        new VerifyCommand(),
        new RestoreCommand(),
        new CommandGroup(
            "snapshot",
            "Saves and reads snapshots of agents' states.",
            new SnapshotSaveCommand(),
            new SnapshotLoadCommand(),
            new SnapshotListCommand(),
            new SnapshotShowCommand(),
            new SnapshotVerifyCommand(),
            new SnapshotDeleteCommand(),
            new SnapshotLatestCommand()),
        new CommandGroup(
            "db", "Brings a store's schema up to date, or back.", new DbStatusCommand(), new DbUpCommand(), new DbDownCommand()),
        new McpCommand(),
        new CompletionCommand(),
    ];

    public static RootCommand Root(GlobalOptions options)
    {
        var root = new RootCommand("The command line of a registry of A2A agents: against one that runs, or straight on a store.");
        foreach (var option in options.All)
        {
            root.Add(option);
        }

        foreach (var command in All)
        {
            root.Add(command);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage((HelpAction)help.Action!);
        return root;
    }
}
